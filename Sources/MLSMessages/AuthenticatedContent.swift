import MLSCrypto
import PresentationLanguage

/// ```
/// struct {
///     WireFormat wire_format;
///     FramedContent content;
///     FramedContentAuthData auth;
/// } AuthenticatedContent;
/// ```
/// RFC 9420 §6
package struct AuthenticatedContent: TLSCodable, Hashable, Sendable {
    package var wireFormat: WireFormat
    package var content: FramedContent
    package var auth: FramedContentAuthData

    package init(wireFormat: WireFormat, content: FramedContent, auth: FramedContentAuthData) {
        self.wireFormat = wireFormat
        self.content = content
        self.auth = auth
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        wireFormat = try WireFormat(from: &reader)
        content = try FramedContent(from: &reader)
        auth = try FramedContentAuthData(from: &reader, for: content.body.type)
    }

    package func write(to writer: inout Writer) {
        wireFormat.write(to: &writer)
        content.write(to: &writer)
        auth.write(to: &writer)
    }

    /// `ProposalRef` (RFC 9420 §5.2)
    package func proposalReference(_ hash: HashAlgorithm) -> [UInt8] {
        hash.refHash(label: "MLS 1.0 Proposal Reference", value: encoded)
    }

    /// `ConfirmedTranscriptHashInput` (RFC 9420 §8.2): all but the confirmation tag.
    package var confirmedTranscriptHashInput: [UInt8] {
        var writer = Writer()
        wireFormat.write(to: &writer)
        content.write(to: &writer)
        writer.write(opaque: auth.signature)
        return writer.bytes
    }
}
