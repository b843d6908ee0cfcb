import PresentationLanguage

/// ```
/// struct {
///     select (PrivateMessage.content_type) {
///         case application: opaque application_data<V>;
///         case proposal:    Proposal proposal;
///         case commit:      Commit commit;
///     };
///     FramedContentAuthData auth;
///     opaque padding[length_of_padding];          // zeros
/// } PrivateMessageContent;
/// ```
/// RFC 9420 §6.3.1: the plaintext of a PrivateMessage. Its shape depends on the message's type.
package struct PrivateMessageContent: Hashable, Sendable {
    package let body: FramedContent.Body
    package let auth: FramedContentAuthData
    /// Bytes of padding.
    package let padding: Int

    package init(body: FramedContent.Body, auth: FramedContentAuthData, padding: Int) {
        self.body = body
        self.auth = auth
        self.padding = padding
    }

    /// Reads to the end; refuses padding that is not zero.
    package init(from reader: inout Reader, as type: ContentType) throws(DecodingError) {
        body = try FramedContent.Body(from: &reader, as: type)
        auth = try FramedContentAuthData(from: &reader, for: type)
        let start = reader.offset
        let rest = try reader.readRest()
        if let place = rest.firstIndex(where: { $0 != 0 }) {
            throw DecodingError(
                .invalidValue(field: "padding", value: UInt64(rest[place])), at: start + place)
        }
        padding = rest.count
    }

    package func write(to writer: inout Writer) {
        body.write(to: &writer)
        auth.write(to: &writer)
        writer.write(bytes: repeatElement(0, count: padding))
    }
}

/// ```
/// struct {
///     opaque group_id<V>;
///     uint64 epoch;
///     ContentType content_type;
///     opaque authenticated_data<V>;
/// } PrivateContentAAD;
/// ```
/// RFC 9420 §6.3.1
package struct PrivateContentAAD: TLSEncodable, Hashable, Sendable {
    private let message: PrivateMessage

    package init(_ message: PrivateMessage) {
        self.message = message
    }

    package func write(to writer: inout Writer) {
        SenderDataAAD(message).write(to: &writer)
        writer.write(opaque: message.authenticatedData)
    }
}
