import PresentationLanguage

/// ```
/// struct {
///     SenderType sender_type;
///     select (Sender.sender_type) {
///         case member:              uint32 leaf_index;
///         case external:            uint32 sender_index;
///         case new_member_commit:
///         case new_member_proposal: struct{};
///     };
/// } Sender;
/// ```
/// RFC 9420 §6
package enum Sender: TLSCodable, Hashable, Sendable {
    case member(leaf: UInt32)
    case external(index: UInt32)
    case newMemberProposal
    case newMemberCommit

    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        switch try reader.readUInt8() {
        case 1: self = .member(leaf: try reader.readUInt32())
        case 2: self = .external(index: try reader.readUInt32())
        case 3: self = .newMemberProposal
        case 4: self = .newMemberCommit
        case let value:
            throw DecodingError(
                .invalidValue(field: "sender_type", value: UInt64(value)), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        switch self {
        case .member(let leaf):
            writer.write(UInt8(1))
            writer.write(leaf)
        case .external(let index):
            writer.write(UInt8(2))
            writer.write(index)
        case .newMemberProposal:
            writer.write(UInt8(3))
        case .newMemberCommit:
            writer.write(UInt8(4))
        }
    }

    /// The name in RFC 9420 §6, with the index where there is one.
    package var name: String {
        switch self {
        case .member(let leaf): "member \(leaf)"
        case .external(let index): "external \(index)"
        case .newMemberProposal: "new_member_proposal"
        case .newMemberCommit: "new_member_commit"
        }
    }
}
