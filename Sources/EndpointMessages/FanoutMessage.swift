import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     uint64 timestamp;
///     MLSMessage message;
///     select (message) {
///         case application: optional<Frank> frank;                // PrivateMessage
///         case welcome:     RatchetTreeOption ratchetTreeOption;
///         case proposal:    MLSMessage moreProposals<V>;          // PublicMessage
///         case commit:      MLSMessage externalProposals<V>;      // PublicMessage
///     };
/// } FanoutMessage;
/// ```
/// MIMI protocol §5.5, with the time of acceptance in milliseconds since the Unix epoch. The select
/// goes by wire format first and by content type then (H-17).
package struct FanoutMessage: TLSCodable, Hashable, Sendable {
    package enum Rest: Hashable, Sendable {
        case application(Frank?)
        indirect case welcome(RatchetTreeOption)
        case proposal(moreProposals: [MLSMessage])
        case commit(externalProposals: [MLSMessage])
    }

    package let timestamp: UInt64
    package let message: MLSMessage
    package let rest: Rest

    /// `rest` must be the case that belongs to `message`.
    package init(timestamp: UInt64, _ message: MLSMessage, _ rest: Rest) {
        self.timestamp = timestamp
        self.message = message
        self.rest = rest
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        timestamp = try reader.readUInt64()
        let start = reader.offset
        message = try MLSMessage(from: &reader)
        switch (message.wireFormat, message.contentType) {
        case (.privateMessage, .application):
            rest = .application(try reader.readOptional())
        case (.welcome, _):
            rest = .welcome(try RatchetTreeOption(from: &reader))
        case (.publicMessage, .proposal):
            rest = .proposal(moreProposals: try reader.readList())
        case (.publicMessage, .commit):
            rest = .commit(externalProposals: try reader.readList())
        case (_, let type?):
            throw DecodingError(
                .invalidValue(field: "content_type", value: UInt64(type.rawValue)), at: start)
        case (let format, nil):
            throw DecodingError(
                .invalidValue(field: "wire_format", value: UInt64(format.rawValue)), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        writer.write(timestamp)
        message.write(to: &writer)
        switch rest {
        case .application(let frank): writer.write(optional: frank)
        case .welcome(let tree): tree.write(to: &writer)
        case .proposal(let more): writer.write(list: more)
        case .commit(let proposals): writer.write(list: proposals)
        }
    }

    /// Reads the body of a notification: messages one after another to its end (H-17).
    package static func list(
        parsing bytes: [UInt8], limits: DecodingLimits = .standard
    ) throws(DecodingError) -> [FanoutMessage] {
        var reader = try Reader(bytes.span.bytes, limits: limits)
        var list: [FanoutMessage] = []
        while reader.remaining > 0 {
            list.append(try FanoutMessage(from: &reader))
        }
        return list
    }
}

extension MLSMessage {
    /// The content type of a message that is framed, and nil of one that is not.
    fileprivate var contentType: ContentType? {
        switch self {
        case .publicMessage(let message): message.content.body.type
        case .privateMessage(let message): message.contentType
        case .welcome, .groupInfo, .keyPackage: nil
        }
    }
}
