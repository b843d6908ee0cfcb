import MLSCrypto
import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     uint8 franking_tag[32];
/// } FrankAAD;
/// ```
/// MIMI protocol §5.4.1: the component `frank_aad` of a SafeAAD
package struct FrankAAD: TLSCodable, Hashable, Sendable {
    package let frankingTag: Digest32

    package init(frankingTag: Digest32) {
        self.frankingTag = frankingTag
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        frankingTag = try Digest32(from: &reader)
    }

    package func write(to writer: inout Writer) {
        frankingTag.write(to: &writer)
    }

    /// The component in the authenticated data of a message; nil unless that is a SafeAAD, with its
    /// ids in order, which holds the component in its 32 bytes (G-13).
    package init?(in message: PrivateMessage) {
        guard let safe = try? SafeAAD(parsing: message.authenticatedData), safe.isSorted,
            let data = safe[.frankAAD], let frank = try? FrankAAD(parsing: data)
        else { return nil }
        self = frank
    }
}
