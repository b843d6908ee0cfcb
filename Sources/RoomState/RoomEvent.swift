import MLSMessages
import MLSPublicGroup
import PresentationLanguage

/// What an accepted input did to a room. Folding the events of a room's records, in order, gives
/// the room's state; it takes no signature check.
package enum RoomEvent: Sendable {
    /// The room starts with an MLS group.
    case groupImported(GroupImported)
    /// A proposal waits for a commit.
    case proposalQueued(PendingProposal)
    /// The group moved to its next epoch.
    case commitAccepted(GroupChange)

    /// The number that a record keeps of the kind of an event. Numbers are never used again.
    package enum Kind: UInt16, Sendable {
        case groupImported = 1
        case proposalQueued = 2
        case commitAccepted = 3

        /// The name in output.
        package var name: String { "\(self)" }
    }

    package var kind: Kind {
        switch self {
        case .groupImported: .groupImported
        case .proposalQueued: .proposalQueued
        case .commitAccepted: .commitAccepted
        }
    }

    /// The event's own struct, encoded.
    package var body: [UInt8] {
        switch self {
        case .groupImported(let event): event.encoded
        case .proposalQueued(let event): event.encoded
        case .commitAccepted(let event): event.encoded
        }
    }

    package init(_ kind: Kind, body: [UInt8]) throws(DecodingError) {
        switch kind {
        case .groupImported: self = .groupImported(try GroupImported(parsing: body))
        case .proposalQueued: self = .proposalQueued(try PendingProposal(parsing: body))
        case .commitAccepted: self = .commitAccepted(try GroupChange(parsing: body))
        }
    }
}

/// ```
/// struct {
///     GroupContext group_context;
///     opaque confirmation_tag<V>;
///     GroupInfoParts group_info;
///     optional<Node> ratchet_tree<V>;
/// } GroupImported;
/// ```
package struct GroupImported: TLSCodable, Sendable {
    package let context: GroupContext
    package let confirmationTag: [UInt8]
    package let groupInfo: GroupInfoParts
    package let tree: RatchetTreeNodes

    package init(_ groupInfo: GroupInfo, tree: RatchetTreeNodes) {
        context = groupInfo.groupContext
        confirmationTag = groupInfo.confirmationTag
        self.groupInfo = GroupInfoParts(groupInfo)
        self.tree = tree
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        context = try GroupContext(from: &reader)
        confirmationTag = try reader.readOpaque()
        groupInfo = try GroupInfoParts(from: &reader)
        tree = try RatchetTreeNodes(from: &reader)
    }

    package func write(to writer: inout Writer) {
        context.write(to: &writer)
        writer.write(opaque: confirmationTag)
        groupInfo.write(to: &writer)
        tree.write(to: &writer)
    }
}
