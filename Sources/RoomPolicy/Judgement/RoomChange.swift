import MLSMessages

/// What a bundle would do to a room, in the words of its policy (F-4, step 3).
package struct RoomChange: Sendable {
    /// The effective policy before and after.
    package let before: RoomPolicy
    package let after: RoomPolicy
    /// How many leaves each user has in the group, with those that wait counted in.
    package let leavesBefore: LeafCounts
    package let leavesAfter: LeafCounts
    /// Clients that the bundle itself adds and removes, by user.
    package var addedClients: [[UInt8]: Int] = [:]
    package var removedClients: [[UInt8]: Int] = [:]
    package var items: [Item] = []
    /// Whether an update of the list names nobody, or somebody who stays what they are.
    package var isIdle = false

    /// What is not about the list or about clients.
    package enum Item: Hashable, Sendable {
        case component(ComponentID)
        case update
        case psk
        case reInit
        /// `isRequired`: only what B-9 demands of external_senders.
        case groupContextExtensions(isRequired: Bool)
        case ephemeral(ComponentID)
        case other(ProposalType)

        var name: String {
            switch self {
            case .component(let component): "update of component \(component)"
            case .update: "update"
            case .psk: "psk"
            case .reInit: "reinit"
            case .groupContextExtensions: "group_context_extensions"
            case .ephemeral(let component): "app_ephemeral of component \(component)"
            case .other(let type): type.name
            }
        }
    }

    package init(
        from before: RoomPolicy, to after: RoomPolicy, leaves leavesBefore: LeafCounts,
        then leavesAfter: LeafCounts
    ) {
        self.before = before
        self.after = after
        self.leavesBefore = leavesBefore
        self.leavesAfter = leavesAfter
    }

    /// The users whom the change touches, in a fixed order.
    package var users: [[UInt8]] {
        var touched = Set(addedClients.keys).union(removedClients.keys)
        if before.participants != after.participants {
            for participant in before.participants.participants
            where after.participants.role(of: participant.user) != participant.role {
                touched.insert(participant.user)
            }
            for participant in after.participants.participants
            where !before.participants.contains(participant.user) {
                touched.insert(participant.user)
            }
        }
        return touched.sorted { $0.lexicographicallyPrecedes($1) }
    }
}

/// How many leaves users have in a group.
package struct LeafCounts: Hashable, Sendable {
    private var counts: [[UInt8]: Int] = [:]
    /// Users with leaves, by the domain of their provider.
    private var usersByProvider: [String: Int] = [:]
    package private(set) var total = 0

    package init(_ counts: [[UInt8]: Int] = [:]) {
        for (user, count) in counts where count > 0 { add(count, of: user) }
    }

    package subscript(user: [UInt8]) -> Int { counts[user, default: 0] }

    /// Users who have a client in the group (B-4).
    package var users: some Collection<[UInt8]> { counts.keys }

    /// The domains of their providers.
    package var providers: some Collection<String> { usersByProvider.keys }

    package mutating func add(_ count: Int, of user: [UInt8]) {
        let old = self[user]
        let new = old + count
        precondition(new >= 0, "fewer than no leaves")
        counts[user] = new == 0 ? nil : new
        total += count
        guard (old == 0) != (new == 0), let provider = MIMIURI(user)?.domain else { return }
        let users = usersByProvider[provider, default: 0] + (new == 0 ? -1 : 1)
        usersByProvider[provider] = users == 0 ? nil : users
    }
}
