import PresentationLanguage

/// ```
/// enum { reserved(0), mls10(1), (255) } Protocol;
/// ```
/// MIMI protocol §5: the octet that most bodies begin with. MLS 1.0 is the only protocol, so that
/// the structs check the octet and do not keep it.
package enum EndToEndProtocol: UInt8, TLSCodable, Sendable {
    case mls10 = 1

    package init(from reader: inout Reader) throws(DecodingError) {
        self = try reader.readEnum("protocol")
    }

    package func write(to writer: inout Writer) {
        writer.write(rawValue)
    }
}
