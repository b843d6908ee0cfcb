import PresentationLanguage

/// ```
/// struct {
///     FramedContent content;
///     FramedContentAuthData auth;
///     select (PublicMessage.content.sender.sender_type) {
///         case member: MAC membership_tag;            // opaque<V>
///         case external:
///         case new_member_commit:
///         case new_member_proposal: struct{};
///     };
/// } PublicMessage;
/// ```
/// RFC 9420 §6.2
package struct PublicMessage: TLSCodable, Hashable, Sendable {
    package var content: FramedContent
    package var auth: FramedContentAuthData
    package var membershipTag: [UInt8]?

    package init(content: FramedContent, auth: FramedContentAuthData, membershipTag: [UInt8]?) {
        self.content = content
        self.auth = auth
        self.membershipTag = membershipTag
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        content = try FramedContent(from: &reader)
        auth = try FramedContentAuthData(from: &reader, for: content.body.type)
        membershipTag =
            if case .member = content.sender { try reader.readOpaque() } else { nil }
    }

    package func write(to writer: inout Writer) {
        content.write(to: &writer)
        auth.write(to: &writer)
        if let membershipTag { writer.write(opaque: membershipTag) }
    }

    package var authenticatedContent: AuthenticatedContent {
        AuthenticatedContent(wireFormat: .publicMessage, content: content, auth: auth)
    }
}
