import PresentationLanguage

/// `enum { optional(0), required(1), forbidden(2), (255) } Optionality;`
///
/// room-policy §2; `mandatory` in its selects is `required` (H-15).
package enum Optionality: UInt8, TLSCodable, Sendable {
    case optional = 0
    case required = 1
    case forbidden = 2

    package init(from reader: inout Reader) throws(DecodingError) {
        self = try reader.readEnum("Optionality")
    }

    package func write(to writer: inout Writer) {
        writer.write(rawValue)
    }
}
