import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RuleBook

/// The state of a room's MLS group and of what waits in it; ``MIMIRoom`` adds what its components say.
///
/// Events are the only way to change it, live and in replay alike.
package struct RoomState: Sendable {
    package enum Status: UInt8, Sendable {
        case open = 0
        /// A ReInit closed the group for messages, and the room waits for its successor; or all its
        /// leaves are to go.
        case closing = 1
        /// Nothing happens in the room any more.
        case closed = 2
    }

    package private(set) var group: PublicGroup

    package var status: Status { group.reInit == nil ? .open : .closing }

    /// The state that the first event of a room starts with.
    package init(
        startingWith event: RoomEvent, _ profile: GroupProfile
    ) throws(Refusal) {
        guard case .groupImported(let genesis) = event else {
            preconditionFailure("a room starts with groupImported, not \(event.kind)")
        }
        group = try PublicGroup(
            recorded: genesis.context, confirmationTag: genesis.confirmationTag,
            tree: genesis.tree, groupInfo: genesis.groupInfo, profile)
    }

    /// The state whose group was kept.
    package init(_ group: PublicGroup) {
        self.group = group
    }

    /// Applies many `proposalVoided` at once.
    mutating func void(_ references: Set<[UInt8]>) {
        group.void(references)
    }

    package mutating func apply(_ event: RoomEvent, _ profile: GroupProfile) throws(Refusal) {
        switch event {
        case .groupImported:
            preconditionFailure("groupImported starts a room")
        case .proposalQueued(let proposal):
            group.apply(proposal)
        case .commitAccepted(let change):
            try group.apply(change, profile)
        case .proposalVoided(let reference):
            group.void([reference])
        case .hubProposalIssued(let issued):
            group.apply(issued.proposal)
        case .roomCreated, .roomClosed, .participantAdded, .participantRemoved, .roleChanged,
            .metadataChanged, .policyChanged, .payloadsRedacted:
            // What these say follows from the group; see MIMIRoom.
            break
        }
    }

    /// ```
    /// SHA-256(struct {
    ///     opaque label<V> = "mimi-hub-store room state 1";
    ///     uint8 status;
    ///     GroupContext group_context;
    ///     opaque interim_transcript_hash<V>;
    ///     opaque confirmation_tag<V>;
    ///     optional<ReInit> reinit;
    ///     opaque pending_hash[32];       // over the ProposalRefs; zeros where there are none
    ///     opaque used_key_packages_hash<V>;
    ///     optional<GroupInfoParts> group_info;
    /// })
    /// ```
    /// The tree is part of it by the GroupContext's tree_hash, a pending proposal by its reference.
    package var stateHash: Digest32 {
        var input = Writer(reserving: 1024)
        input.write(opaque: Array("mimi-hub-store room state 1".utf8))
        input.write(status.rawValue)
        group.context.write(to: &input)
        input.write(opaque: group.interimTranscriptHash)
        input.write(opaque: group.confirmationTag)
        input.write(optional: group.reInit)
        group.pending.hash.write(to: &input)
        input.write(opaque: group.usedKeyPackages.hash)
        input.write(optional: group.groupInfo)
        return SHA256.hash(input.bytes)
    }
}
