/// A named table of an environment. Keys are byte strings of 1 to 511 bytes, in the order of
/// their bytes.
package struct Table: Hashable, Sendable {
    package let name: String
    let handle: UInt32
}
