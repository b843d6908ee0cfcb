import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RuleBook

extension Trial {
    /// A commit by a member, or by someone who joins.
    func decide(
        commit handshake: AuthenticatedHandshake, _ companions: CommitCompanions
    ) throws(Refusal) -> [RoomEvent] {
        try checkMayCommit(handshake.sender)
        let list = try group.proposals(of: handshake, now: now, profile)
        let inline = list.entries.filter { $0.reference == nil }
        let superseded = superseded(by: inline)
        let isExternal = handshake.sender == .newMemberCommit
        let live = waiting.filter { !superseded.contains($0.reference ?? []) }
        let after = try weigh(
            new: inline, in: live + inline, joiner: isExternal ? actor.user : nil)
        if isExternal {
            try checkIncludesSelfRemoves(list)
        } else {
            try checkIncludesAll(list, live)
        }
        let change = try group.stage(handshake, list, companions, profile)
        // A joiner confirms what it commits, a member what waits as well.
        let confirmed =
            isExternal ? try EffectiveRoom(room, counting: list.entries).policy : after.policy
        try checkConfirmation(change, confirmed)
        try checkHubSender(change)
        let dropped = dropped(by: list)
        let issued = try reissued(dropped, after: change, confirmed)
        let final = isExternal ? try policy(confirmed, with: issued) : after.policy
        return dropped.compactMap(\.reference).map { .proposalVoided(reference: $0) }
            + [.commitAccepted(change)] + issued.map { .hubProposalIssued($0) }
            + changes(to: final)
    }

    /// B-9, where the commit changes who may propose from outside.
    private func checkHubSender(_ change: GroupChange) throws(Refusal) {
        guard let list = change.extensions else { return }
        try room.checkHubSender(in: try ContextExtensions(list, profile))
    }

    /// What waits and is not committed: superseded, or not for a joiner to name.
    private func dropped(by list: CommitProposals) -> [CommitProposals.Entry] {
        let named = Set(list.entries.compactMap(\.reference))
        return waiting.filter { !named.contains($0.reference ?? []) }
    }

    /// A policy with what the hub proposes on top of it.
    private func policy(
        _ policy: RoomPolicy, with issued: [HubProposal]
    ) throws(Refusal) -> RoomPolicy {
        var components = policy.components
        for case .appDataUpdate(let update) in issued.map(\.proposal.proposal) {
            guard case .update(let payload) = update.operation else { continue }
            components[update.component] = room.registry.updating(
                update.component, components[update.component], with: [payload])
        }
        return try RoomPolicy(components, room.registry)
    }
}
