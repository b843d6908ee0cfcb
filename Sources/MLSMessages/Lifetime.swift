import PresentationLanguage

/// ```
/// struct {
///     uint64 not_before;
///     uint64 not_after;
/// } Lifetime;
/// ```
/// RFC 9420 §7.2, in seconds since the Unix epoch
package struct Lifetime: TLSCodable, Hashable, Sendable {
    package let notBefore: UInt64
    package let notAfter: UInt64

    package init(notBefore: UInt64, notAfter: UInt64) {
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        notBefore = try reader.readUInt64()
        notAfter = try reader.readUInt64()
    }

    package func write(to writer: inout Writer) {
        writer.write(notBefore)
        writer.write(notAfter)
    }
}
