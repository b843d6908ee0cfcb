import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RuleBook

/// The state of a MIMI room: its MLS group, what its components say, and what they will say when the
/// proposals that wait are committed.
///
/// Events are the only way to change it, live and in replay alike.
package struct MIMIRoom: Sendable {
    package let settings: RoomSettings
    package let services: RoomServices
    /// Follows the operational policy that is committed.
    private(set) var profile: GroupProfile
    let registry: ComponentRegistry
    /// The MLS group and what waits in it.
    package private(set) var state: RoomState
    /// What the GroupContext says (C).
    package private(set) var committed: RoomPolicy
    /// The leaves of the tree, by user.
    package private(set) var committedLeaves: LeafCounts
    /// Whether the room is over (B-15).
    package private(set) var isClosed: Bool
    /// With the proposals that wait (S).
    private var counted: EffectiveRoom?
    /// SHA-256 of the dictionary that says the same as the effective policy, and of which policy it is.
    private var effectiveHash: (policy: RoomPolicy, hash: Digest32)

    /// The state that a room's first events make.
    package init(
        startingWith events: [RoomEvent], _ services: RoomServices
    ) throws(Refusal) {
        guard events.count == 2, case .roomCreated(let settings) = events[0] else {
            preconditionFailure("a room starts with roomCreated and groupImported")
        }
        try self.init(settings, services) { (profile) throws(Refusal) in
            try RoomState(startingWith: events[1], profile)
        }
    }

    /// The state that consists of these parts; `start` gives that of the group. All else follows from
    /// them.
    package init(
        _ settings: RoomSettings, isClosed: Bool = false, _ services: RoomServices,
        _ start: (GroupProfile) throws(Refusal) -> RoomState
    ) throws(Refusal) {
        self.settings = settings
        self.services = services
        self.isClosed = isClosed
        profile = services.groupProfile(settings)
        registry = ComponentRegistry(settings.profile)
        state = try start(profile)
        committed = try Self.policy(of: state.group, registry)
        effectiveHash = (committed, Self.hash(of: committed))
        profile = services.groupProfile(settings, committed.operational)
        committedLeaves = LeafCounts()
        for member in state.group.tree.members {
            if let user = user(of: member.leaf.credential) { committedLeaves.add(1, of: user) }
        }
        try countPending()
    }

    package var group: PublicGroup { state.group }
    /// A room is closing, too, when all its leaves are to go (H-32).
    package var status: RoomState.Status {
        isClosed ? .closed : effectiveLeaves.total > 0 ? state.status : .closing
    }
    /// The effective policy (S).
    package var effective: RoomPolicy { counted?.policy ?? committed }
    /// The leaves by user that remain when what waits is committed.
    package var effectiveLeaves: LeafCounts { counted?.leaves ?? committedLeaves }

    /// Applies the events of one record.
    package mutating func apply(_ events: [RoomEvent]) throws(Refusal) {
        let voided = events.compactMap {
            if case .proposalVoided(let reference) = $0 { reference } else { nil }
        }
        if !voided.isEmpty { state.void(Set(voided)) }
        for event in events where event.kind != .proposalVoided {
            if case .roomClosed = event { isClosed = true }
            if case .commitAccepted(let change) = event { count(change) }
            try state.apply(event, profile)
            if case .commitAccepted(let change) = event, change.extensions != nil {
                committed = try Self.policy(of: state.group, registry)
                profile = services.groupProfile(settings, committed.operational)
            }
        }
        try countPending()
    }

    private mutating func countPending() throws(Refusal) {
        let entries = state.group.pending.list.map { CommitProposals.Entry($0) }
        counted = entries.isEmpty ? nil : try EffectiveRoom(self, counting: entries)
        if effectiveHash.policy !== effective {
            effectiveHash = (effective, Self.hash(of: effective))
        }
    }

    private static func hash(of policy: RoomPolicy) -> Digest32 {
        SHA256.hash(policy.dictionary.encoded)
    }

    /// The policy that a group's dictionary holds.
    static func policy(
        of group: PublicGroup, _ registry: ComponentRegistry
    ) throws(Refusal) -> RoomPolicy {
        try RoomPolicy(group.extensions.dictionary?.byComponent ?? [:], registry)
    }

    /// Counts the leaves that a commit takes and brings, before it is applied.
    private mutating func count(_ change: GroupChange) {
        let tree = state.group.tree
        var changed: [UInt32: Node?] = [:]
        for (place, node) in change.tree.nodes where place.isLeaf {
            changed.updateValue(node, forKey: place.leaf)
        }
        // A tree that shrinks drops its right half.
        for leaf in UInt32(min(change.tree.width, tree.width))..<UInt32(tree.width) {
            changed.updateValue(nil, forKey: leaf)
        }
        for (leaf, node) in changed {
            let (old, new) = (tree.leaf(at: leaf)?.credential, node?.leaf?.credential)
            if old == new { continue }
            if let user = old.flatMap(user) { committedLeaves.add(-1, of: user) }
            if let user = new.flatMap(user) { committedLeaves.add(1, of: user) }
        }
    }

    // MARK: Users

    /// The user of a credential.
    package func user(of credential: Credential) -> [UInt8]? {
        services.identities.identity(of: credential)?.user.bytes
    }

    /// The user of a leaf of the tree.
    package func user(ofLeaf index: UInt32) -> [UInt8]? {
        state.group.tree.leaf(at: index).flatMap { user(of: $0.credential) }
    }

    /// Whether a user may only take its last clients out (E-10): removed or banned, with leaves.
    package func isRestricted(_ user: [UInt8]) -> Bool {
        committedLeaves[user] > 0 && effective.participants.role(of: user) <= Role.banned
    }

    /// ```
    /// SHA-256(struct {
    ///     opaque label<V> = "mimi-hub-store MIMI room 1";
    ///     RoomSettings settings;
    ///     opaque group_state_hash[32];
    ///     opaque effective_components_hash[32];  // SHA-256 of the dictionary
    ///     bool closed;
    /// })
    /// ```
    package var stateHash: Digest32 {
        var input = Writer()
        input.write(opaque: Array("mimi-hub-store MIMI room 1".utf8))
        settings.write(to: &input)
        state.stateHash.write(to: &input)
        effectiveHash.hash.write(to: &input)
        isClosed.write(to: &input)
        return SHA256.hash(input.bytes)
    }
}
