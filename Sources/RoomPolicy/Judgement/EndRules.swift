import RuleBook

/// What a room must be after a change: B-12 to B-14, F-3.
extension PolicyJudge {
    /// B-12: the same users before and after; a ban leaves its user on the list (H-31).
    func checkFixedMembership(_ change: RoomChange) throws(Refusal) {
        guard change.before.base.isFixedMembership else { return }
        let before = Set(change.before.participants.participants.map(\.user))
        let changed = before.symmetricDifference(change.after.participants.participants.map(\.user))
        try rules.require(
            .fixedMembership, changed.isEmpty, "participant list",
            expected: "the users that the room has",
            found: changed.map { text($0) }.sorted().joined(separator: " "))
    }

    /// B-13: nobody comes in who is not in the parent room, too; who left that one is about to leave.
    func checkParent(_ change: RoomChange, isNew: Bool) throws(Refusal) {
        guard let uri = change.after.base.parentRooms.first,
            change.after.base.isParentDependent
        else { return }
        try rules.require(
            .parentRoom, uri != room && parents[uri] != nil, "parent room",
            expected: "another room of this hub, and no child of this one", found: text(uri))
        let parent = parents[uri] ?? ParticipantList([])
        let own = change.after.participants.participants
        let stranger = own.first {
            parent.role(of: $0.user) <= Role.banned && $0.role != Role.banned
                && (isNew || change.before.participants.role(of: $0.user) <= Role.banned)
        }
        try rules.require(
            .parentRoom, stranger == nil, "participant list",
            expected: "participants of the parent room", found: text(stranger?.user ?? []))
        guard profile.childRoomsAreStrict else { return }
        try rules.require(
            .parentRoom, own.count < parent.participants.count, "participant list",
            expected: "fewer users than the parent room's \(parent.participants.count)",
            found: "\(own.count)")
    }

    /// B-14: what is too large may shrink, but limits are not set below what is there (F-V).
    func checkSize(_ change: RoomChange) throws(Refusal) {
        let base = change.after.base
        let leaves = change.leavesAfter
        let isNew = base != change.before.base
        if !base.isMultiDevice {
            let several = leaves.users.filter {
                leaves[$0] > max(isNew ? 1 : change.leavesBefore[$0], 1)
            }
            .min { $0.lexicographicallyPrecedes($1) }
            try rules.require(
                .roomSize, several == nil, "user \(text(several ?? []))", expected: "one client",
                found: "\(leaves[several ?? []])")
        }
        if let limit = base.maximumClients, isNew || leaves.total > change.leavesBefore.total {
            try rules.require(
                .roomSize, leaves.total <= limit, "group", expected: "at most \(limit) clients",
                found: "\(leaves.total)")
        }
        if let limit = base.maximumUsers {
            let users = Self.present(change.after)
            try rules.require(
                .roomSize, users <= limit || (!isNew && users <= Self.present(change.before)),
                "participant list", expected: "at most \(limit) users", found: "\(users)")
        }
    }

    private static func present(_ policy: RoomPolicy) -> Int {
        policy.participants.participants.count { $0.role != Role.banned }
    }

    /// F-3: a bound may be missed already, but nothing makes it worse (H-6).
    func checkBounds(_ change: RoomChange) throws(Refusal) {
        let before = Self.census(change.before, change.leavesBefore)
        let after = Self.census(change.after, change.leavesAfter)
        for role in change.after.roles.roles where role.index != Role.nobody {
            let old = before[role.index, default: (0, 0)]
            let new = after[role.index, default: (0, 0)]
            for (name, bounds, from, to) in [
                ("users", role.participants, old.users, new.users),
                ("active users", role.activeParticipants, old.active, new.active),
            ] {
                let exceeds = to > bounds.maximum ?? .max && to > from
                let misses = to < bounds.minimum && to < from
                try rules.require(
                    .roleBounds, !exceeds && !misses, "role \(role.index)",
                    expected: exceeds
                        ? "at most \(bounds.maximum ?? 0) \(name)"
                        : "at least \(bounds.minimum) \(name)", found: "\(to)")
            }
        }
    }

    private static func census(
        _ policy: RoomPolicy, _ leaves: LeafCounts
    ) -> [UInt32: (users: Int, active: Int)] {
        var census: [UInt32: (users: Int, active: Int)] = [:]
        for participant in policy.participants.participants {
            census[participant.role, default: (0, 0)].users += 1
            if leaves[participant.user] > 0 { census[participant.role]?.active += 1 }
        }
        return census
    }
}
