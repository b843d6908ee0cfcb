import PresentationLanguage

/// ```
/// struct {
///     bool on_request;
///     Uri join_link;
///     bool multiuser;
///     uint32 expiration;                         // seconds
/// } JoinLinkPolicy;
/// ```
/// room-policy §6.2: the component `join_link_policy`
package struct JoinLinkPolicy: TLSCodable, Hashable, Sendable {
    package let onRequest: Bool
    package let link: [UInt8]
    package let isMultiuser: Bool
    package let expiration: UInt32

    package init(from reader: inout Reader) throws(DecodingError) {
        onRequest = try Bool(from: &reader)
        link = try reader.readOpaque()
        isMultiuser = try Bool(from: &reader)
        expiration = try reader.readUInt32()
    }

    package func write(to writer: inout Writer) {
        onRequest.write(to: &writer)
        writer.write(opaque: link)
        isMultiuser.write(to: &writer)
        writer.write(expiration)
    }
}
