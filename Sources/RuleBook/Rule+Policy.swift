/// Sections A, B and F: what a room's policy demands, of itself and of those who act.
extension Rule {
    // MARK: Identifiers

    /// Identifiers are normalized MIMI URIs (MIMI protocol §3).
    package static let uri = Rule(.identifiers, 1)
    /// The room's own URI does not change (MIMI protocol §7.6).
    package static let roomURI = Rule(.identifiers, 7)

    // MARK: The room

    /// The participant list: each user once, with a role that exists (MIMI protocol §7.5).
    package static let participantList = Rule(.room, 3)
    /// Role 1 is "banned" (room-policy §3, §8.1.3).
    package static let bannedRole = Rule(.room, 7)
    /// The policy envelope that the hub fixed (MIMI architecture §2).
    package static let envelope = Rule(.room, 11)
    /// The users of a room with fixed membership (room-policy §5).
    package static let fixedMembership = Rule(.room, 12)
    /// A child room and its parent (room-policy §5).
    package static let parentRoom = Rule(.room, 13)
    /// How many clients and users a room may have (room-policy §5).
    package static let roomSize = Rule(.room, 14)

    // MARK: Policy evaluation

    /// How many users may have a role (room-policy §3).
    package static let roleBounds = Rule(.policy, 3)
    /// Each change of a user or a client is exactly one intent (room-policy §8).
    package static let intent = Rule(.policy, 4)
    /// Who may add a user (room-policy §8.1.1).
    package static let addParticipant = Rule(.policy, 10)
    /// Who may remove a user (room-policy §8.1.2).
    package static let removeParticipant = Rule(.policy, 11)
    /// Who may add a client of their own (room-policy §8.1.1).
    package static let addOwnClient = Rule(.policy, 12)
    /// Who may remove a client of their own (room-policy §8.1.2).
    package static let removeOwnClient = Rule(.policy, 13)
    /// Who may join an open room (room-policy §8.1.1).
    package static let openJoin = Rule(.policy, 14)
    /// Who may join by preauthorization (room-policy §8.1.1).
    package static let preauthorizedJoin = Rule(.policy, 15)
    /// Who may leave (room-policy §8.1.2).
    package static let leave = Rule(.policy, 16)
    /// Who may join with a code (room-policy §8.1.1).
    package static let joinCode = Rule(.policy, 17)
    /// Who may ban (room-policy §8.1.3).
    package static let ban = Rule(.policy, 18)
    /// Who may lift a ban (room-policy §8.1.3).
    package static let unban = Rule(.policy, 19)
    /// Who may remove others' clients (room-policy §8.1.2).
    package static let kick = Rule(.policy, 20)
    /// Who may change another's role (room-policy §8.1.3).
    package static let changeUserRole = Rule(.policy, 21)
    /// Who may change their own role (room-policy §8.1.3).
    package static let changeOwnRole = Rule(.policy, 22)
    /// Who may change the room's metadata (room-policy §8.2).
    package static let changeMetadata = Rule(.policy, 24)
    /// Who may change the policy (room-policy §8.6).
    package static let changePolicy = Rule(.policy, 25)
    /// Who may end the group (room-policy §8.6).
    package static let endGroup = Rule(.policy, 26)
    /// What no capability allows is denied (room-policy §8).
    package static let defaultDeny = Rule(.policy, 27)
    /// A policy that makes sense by itself (room-policy §3 to §6).
    package static let policyContent = Rule(.policy, letter: "V")

    /// The rules of these sections that the code enforces, in order.
    package static let policy: [Rule] = [
        .uri, .roomURI, .participantList, .bannedRole, .envelope, .fixedMembership, .parentRoom,
        .roomSize, .roleBounds, .intent, .addParticipant, .removeParticipant,
        .addOwnClient, .removeOwnClient, .openJoin, .preauthorizedJoin, .leave, .joinCode, .ban,
        .unban, .kick, .changeUserRole, .changeOwnRole, .changeMetadata,
        .changePolicy,
        .endGroup, .defaultDeny, .policyContent,
    ]
}
