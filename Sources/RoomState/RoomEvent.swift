import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy

/// What an accepted input did to a room. Folding the events of a room's records, in order, gives
/// the room's state; it takes no signature check.
package enum RoomEvent: Sendable {
    /// The room starts with an MLS group.
    case groupImported(GroupImported)
    /// A proposal waits for a commit.
    case proposalQueued(PendingProposal)
    /// The group moved to its next epoch.
    case commitAccepted(GroupChange)
    /// A MIMI room starts; its group follows.
    case roomCreated(RoomSettings)
    /// Nothing happens in the room any more.
    case roomClosed
    /// A proposal that waited does not any more, and no commit may name it.
    case proposalVoided(reference: [UInt8])
    /// The hub proposed something, which waits for a commit.
    case hubProposalIssued(HubProposal)
    /// A user is on the list.
    case participantAdded(UserRolePair)
    /// A user is not on the list any more.
    case participantRemoved(user: [UInt8])
    /// A user has another role.
    case roleChanged(UserRolePair)
    /// The room's metadata is another.
    case metadataChanged
    /// A component of the policy is another, or gone.
    case policyChanged(ComponentID)
    /// The payloads of records were taken away.
    case payloadsRedacted(RedactedPlaces)

    /// The number that a record keeps of the kind of an event. Numbers are never used again.
    package enum Kind: UInt16, Sendable {
        case groupImported = 1
        case proposalQueued = 2
        case commitAccepted = 3
        case roomCreated = 4
        case proposalVoided = 5
        case hubProposalIssued = 6
        case participantAdded = 7
        case participantRemoved = 8
        case roleChanged = 9
        case metadataChanged = 10
        case policyChanged = 11
        case roomClosed = 12
        case payloadsRedacted = 13

        /// The name in output.
        package var name: String { "\(self)" }
    }

    package var kind: Kind {
        switch self {
        case .groupImported: .groupImported
        case .proposalQueued: .proposalQueued
        case .commitAccepted: .commitAccepted
        case .roomCreated: .roomCreated
        case .proposalVoided: .proposalVoided
        case .hubProposalIssued: .hubProposalIssued
        case .participantAdded: .participantAdded
        case .participantRemoved: .participantRemoved
        case .roleChanged: .roleChanged
        case .metadataChanged: .metadataChanged
        case .policyChanged: .policyChanged
        case .roomClosed: .roomClosed
        case .payloadsRedacted: .payloadsRedacted
        }
    }

    /// The event's own struct, encoded; that of an event without one is empty.
    package var body: [UInt8] {
        switch self {
        case .groupImported(let event): event.encoded
        case .proposalQueued(let event): event.encoded
        case .commitAccepted(let event): event.encoded
        case .roomCreated(let settings): settings.encoded
        case .proposalVoided(let reference): reference
        case .hubProposalIssued(let event): event.encoded
        case .participantAdded(let pair), .roleChanged(let pair): pair.encoded
        case .participantRemoved(let user): user
        case .metadataChanged, .roomClosed: []
        case .policyChanged(let component): component.encoded
        case .payloadsRedacted(let places): places.encoded
        }
    }

    package init(_ kind: Kind, body: [UInt8]) throws(DecodingError) {
        switch kind {
        case .groupImported: self = .groupImported(try GroupImported(parsing: body))
        case .proposalQueued: self = .proposalQueued(try PendingProposal(parsing: body))
        case .commitAccepted: self = .commitAccepted(try GroupChange(parsing: body))
        case .roomCreated: self = .roomCreated(try RoomSettings(parsing: body))
        case .proposalVoided: self = .proposalVoided(reference: body)
        case .hubProposalIssued: self = .hubProposalIssued(try HubProposal(parsing: body))
        case .participantAdded: self = .participantAdded(try UserRolePair(parsing: body))
        case .participantRemoved: self = .participantRemoved(user: body)
        case .roleChanged: self = .roleChanged(try UserRolePair(parsing: body))
        case .metadataChanged, .roomClosed:
            guard body.isEmpty else { throw DecodingError(.trailingBytes(body.count), at: 0) }
            self = kind == .roomClosed ? .roomClosed : .metadataChanged
        case .policyChanged: self = .policyChanged(try ComponentID(parsing: body))
        case .payloadsRedacted: self = .payloadsRedacted(try RedactedPlaces(parsing: body))
        }
    }
}

/// ```
/// struct {
///     MLSMessage message;
///     PendingProposal proposal;
/// } HubProposal;
/// ```
/// A proposal of the hub, as it goes out and as it waits.
package struct HubProposal: TLSCodable, Hashable, Sendable {
    package let message: MLSMessage
    package let proposal: PendingProposal

    package init(_ message: MLSMessage, _ proposal: PendingProposal) {
        self.message = message
        self.proposal = proposal
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        message = try MLSMessage(from: &reader)
        proposal = try PendingProposal(from: &reader)
    }

    package func write(to writer: inout Writer) {
        message.write(to: &writer)
        proposal.write(to: &writer)
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
