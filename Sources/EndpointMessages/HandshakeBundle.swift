import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     MLSMessage message;
///     select (content_type) {
///         case commit:
///             optional<Welcome> welcome;
///             GroupInfoOption group_info_option;
///             RatchetTreeOption ratchet_tree_option;
///         case proposal:
///             MLSMessage more_proposals<V>;
///     };
/// } HandshakeBundle;
/// ```
/// MIMI protocol §5.3: the body of an update
package struct HandshakeBundle: TLSCodable, Hashable, Sendable {
    package enum Rest: Hashable, Sendable {
        indirect case commit(Welcome?, GroupInfoOption, RatchetTreeOption)
        case proposals([MLSMessage])
    }

    package let message: MLSMessage
    package let rest: Rest

    package init(_ message: MLSMessage, _ rest: Rest) {
        self.message = message
        self.rest = rest
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        message = try MLSMessage(from: &reader)
        let type: ContentType =
            switch message {
            case .publicMessage(let message): message.content.body.type
            case .privateMessage(let message): message.contentType
            default: .application
            }
        switch type {
        case .commit:
            rest = .commit(
                try reader.readOptional(), try GroupInfoOption(from: &reader),
                try RatchetTreeOption(from: &reader))
        case .proposal:
            rest = .proposals(try reader.readList())
        case .application:
            throw DecodingError(
                .invalidValue(field: "content_type", value: UInt64(type.rawValue)), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        message.write(to: &writer)
        switch rest {
        case .commit(let welcome, let groupInfo, let tree):
            writer.write(optional: welcome)
            groupInfo.write(to: &writer)
            tree.write(to: &writer)
        case .proposals(let more):
            writer.write(list: more)
        }
    }
}
