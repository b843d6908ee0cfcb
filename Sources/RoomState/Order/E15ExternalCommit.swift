import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RuleBook

/// E-15: who joins by an external commit names every SelfRemove that waits, and can name nothing
/// else. What else waited is void; but removals, bans and demotions hold (H-3), so the hub proposes
/// them anew in the next epoch, and so it does with what it had proposed itself.
extension Trial {
    func checkIncludesSelfRemoves(_ list: CommitProposals) throws(Refusal) {
        let named = Set(list.entries.compactMap(\.reference))
        let missing = waiting.first {
            $0.proposal == .selfRemove && !named.contains($0.reference ?? [])
        }
        try rules.require(
            .includeSelfRemoves, missing == nil, "external commit",
            expected: "a reference to SelfRemove \(hex(missing?.reference ?? []))", found: "none")
    }

    /// What a joiner's commit makes of the room must hold without what it voids: every leaf is of a
    /// user on the list (E-8, E-9), and the room is not too large (B-14, F-3).
    func checkStandsAlone(_ own: EffectiveRoom) throws(Refusal) {
        let strangers = own.leaves.users.filter {
            own.policy.participants.role(of: $0) <= Role.banned
        }.sorted { $0.lexicographicallyPrecedes($1) }
        let isJoiner = strangers.contains { $0 == actor.user }
        try rules.require(
            .userBeforeClients, !isJoiner, "client of \(actor.name)",
            expected: "a user on the list that the commit confirms", found: "none")
        try rules.require(
            .clientsBeforeUser, strangers.isEmpty || isJoiner,
            "user \(text(strangers.first ?? []))", expected: "the removal of all clients",
            found: "some that only waiting proposals remove")
        try judge.judge(
            end: RoomChange(
                from: room.committed, to: own.policy, leaves: room.committedLeaves,
                then: own.leaves))
    }

    /// What holds of `dropped` after a commit that leads to `policy`.
    func holding(
        _ dropped: [CommitProposals.Entry], after change: GroupChange, _ policy: RoomPolicy
    ) -> [Proposal] {
        guard actor.kind == .joiner, !dropped.isEmpty else { return [] }
        return listUpdate(dropped, policy) + removals(dropped, change)
    }

    private func isHubs(_ entry: CommitProposals.Entry) -> Bool {
        guard case .external(let index) = entry.sender,
            let hub = room.hubSender(in: group.extensions)
        else { return false }
        return index == hub.index
    }

    /// One list update with all changes that hold, at the places of the new list.
    private func listUpdate(
        _ dropped: [CommitProposals.Entry], _ policy: RoomPolicy
    ) -> [Proposal] {
        var update = ParticipantListUpdate()
        for entry in dropped {
            guard let changes = listChanges(entry) else { continue }
            // Of an update that holds in part the rest holds, too: they were judged together (F-3).
            let holds =
                isHubs(entry)
                || changes.changed.contains {
                    $0.role == Role.nobody || isDemotion(of: $0.user, to: $0.role, policy)
                }
            for (user, role) in changes.changed where holds {
                guard let place = policy.participants.place(of: user).map(UInt32.init),
                    policy.participants.role(of: user) != role
                else { continue }
                if role == Role.nobody {
                    update.removed.append(place)
                } else {
                    update.changed.append(.init(place: place, role: role))
                }
            }
            if isHubs(entry) {
                update.added += changes.added.filter { !policy.participants.contains($0.user) }
            }
        }
        guard update != ParticipantListUpdate() else { return [] }
        return [update.proposal]
    }

    /// A ban, or a role that may do less and nothing else.
    private func isDemotion(of user: [UInt8], to role: UInt32, _ policy: RoomPolicy) -> Bool {
        role == Role.banned
            || Set(policy.role(role).capabilities)
                .isStrictSubset(of: policy.role(of: user).capabilities)
    }

    /// The Removes of leaves that are still there.
    private func removals(
        _ dropped: [CommitProposals.Entry], _ change: GroupChange
    ) -> [Proposal] {
        let changed = Set(change.tree.nodes.filter { $0.place.isLeaf }.map(\.place.leaf))
        return dropped.compactMap { entry in
            guard case .remove(let leaf) = entry.proposal, !changed.contains(leaf),
                Int(leaf) < change.tree.width
            else { return nil }
            return .remove(leaf: leaf)
        }
    }

    /// What else the hub had proposed; a list of extensions holds the dictionary that there is now.
    func others(
        _ dropped: [CommitProposals.Entry], _ extensions: ContextExtensions
    ) -> [Proposal] {
        guard actor.kind == .joiner else { return [] }
        return dropped.filter {
            isHubs($0) && listChanges($0) == nil && $0.proposal.type != .remove
        }.map { entry in
            guard case .groupContextExtensions(let list) = entry.proposal,
                let dictionary = extensions.list.data(of: .appDataDictionary)
            else { return entry.proposal }
            return .groupContextExtensions(list.setting(.appDataDictionary, to: dictionary))
        }
    }
}
