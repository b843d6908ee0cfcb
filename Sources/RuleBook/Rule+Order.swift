/// What a hub makes of MIMI rooms beyond policy: sections A, B and E.
extension Rule {
    // MARK: Identifiers, room

    /// A sender's user is of the provider that the update comes from (MIMI protocol §4).
    package static let sourceProvider = Rule(.identifiers, 9)
    /// Every leaf is of a user on the list who is not banned (MIMI architecture §4.2).
    package static let leafUsers = Rule(.room, 5)
    /// The hub is an external sender of the group (MIMI protocol §7.4).
    package static let hubSender = Rule(.room, 9)
    /// What a room must start with (MIMI protocol §3.1).
    package static let genesis = Rule(.room, 10)

    /// A room that is closed stays so (room-policy §5).
    package static let roomClosed = Rule(.room, 15)

    // MARK: Preemption, confirmation, order of operations

    /// A commit names every proposal that waits (MIMI protocol §7.3).
    package static let mustInclude = Rule(.order, 5)
    /// The GroupContext of a commit says what the room's state says (MIMI protocol §7.1).
    package static let confirmation = Rule(.order, 7)
    /// A user is on the list before their clients join (MIMI protocol §5.3).
    package static let userBeforeClients = Rule(.order, 8)
    /// Clients are out before their user leaves or is banned (MIMI protocol §5.3).
    package static let clientsBeforeUser = Rule(.order, 9)
    /// What the clients of a removed or banned user may still do (MIMI protocol §5.3).
    package static let restricted = Rule(.order, 10)
    /// One change of a user in an epoch (MIMI protocol §7.5).
    package static let oneChangePerUser = Rule(.order, 11)
    /// Updates that exclude each other in an epoch (MIMI protocol §7.6, room-policy §3, §4).
    package static let exclusiveUpdates = Rule(.order, 12)
    /// An external commit names every SelfRemove that waits (mls-extensions §6.3).
    package static let includeSelfRemoves = Rule(.order, 15)
    /// Someone who is being removed does not commit (MIMI protocol §3.5).
    package static let leaverCommits = Rule(.order, 16)
    /// A bundle of proposals is one sender's, and of proposals only (MIMI protocol §5.5).
    package static let bundle = Rule(.order, 21)

    /// The rules of these sections that the code enforces, in order.
    package static let order: [Rule] = [
        .sourceProvider, .leafUsers, .hubSender, .genesis, .roomClosed, .mustInclude, .confirmation,
        .userBeforeClients, .clientsBeforeUser, .restricted, .oneChangePerUser,
        .exclusiveUpdates, .includeSelfRemoves, .leaverCommits, .bundle,
    ]
}
