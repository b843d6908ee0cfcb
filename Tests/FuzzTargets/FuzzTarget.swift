import PresentationLanguage

/// Something that takes bytes from anyone, and what must hold whatever they are.
///
/// The same targets are run by libFuzzer (`Tools/rig fuzzers`) and, on seeds and their seeded
/// mutations, by the tests.
package struct FuzzTarget: Sendable {
    package let name: String
    /// Inputs that are accepted, made by the project's own code.
    package let seeds: @Sendable () throws -> [[UInt8]]
    /// Whether the input is accepted.
    package let run: @Sendable (_ input: [UInt8]) throws(FuzzFinding) -> Bool

    /// In the order in which the rig runs them.
    package static let all: [FuzzTarget] = [
        .vectors, .structs, .components, .texts, .stream, .json, .record, .recordedState,
        .keyPackage, .ratchetTree, .room,
    ]
}

/// A promise that an input broke.
package struct FuzzFinding: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    /// Throws unless the condition holds.
    static func unless(
        _ condition: Bool, _ what: @autoclosure () -> String
    ) throws(FuzzFinding) {
        guard !condition else { return }
        throw FuzzFinding(what())
    }
}

/// The value of the bytes, nil if they are none. What is read must be written as it was, and must
/// not be read with a byte behind it.
@discardableResult
func reading<T: TLSCodable>(_ type: T.Type, _ bytes: [UInt8]) throws(FuzzFinding) -> T? {
    guard let value = try? T(parsing: bytes) else { return nil }
    try FuzzFinding.unless(
        value.encoded == bytes, "\(T.self) is written otherwise than it was read")
    try FuzzFinding.unless(
        (try? T(parsing: bytes + [0])) == nil, "\(T.self) is read with a trailing byte")
    return value
}

extension FuzzFinding {
    /// What is left of a closure's own error: a target has no business with others.
    static func wrapping<T>(_ body: () throws -> T) throws(FuzzFinding) -> T {
        do {
            return try body()
        } catch let finding as FuzzFinding {
            throw finding
        } catch {
            throw FuzzFinding("\(error)")
        }
    }
}
