import PresentationLanguage

/// ```
/// struct {
///     opaque signature<V>;       // SignWithLabel(., "FramedContentTBS", FramedContentTBS)
///     select (FramedContent.content_type) {
///         case commit: MAC confirmation_tag;          // opaque<V>
///         case application:
///         case proposal: struct{};
///     };
/// } FramedContentAuthData;
/// ```
/// RFC 9420 §6.1. Its shape depends on the content that it follows.
package struct FramedContentAuthData: Hashable, Sendable {
    package var signature: [UInt8]
    package var confirmationTag: [UInt8]?

    package init(signature: [UInt8], confirmationTag: [UInt8]? = nil) {
        self.signature = signature
        self.confirmationTag = confirmationTag
    }

    package init(from reader: inout Reader, for type: ContentType) throws(DecodingError) {
        signature = try reader.readOpaque()
        confirmationTag = type == .commit ? try reader.readOpaque() : nil
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: signature)
        if let confirmationTag { writer.write(opaque: confirmationTag) }
    }
}
