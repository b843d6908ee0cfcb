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
        let list = try group.proposals(of: handshake, now: now, profile)
        try checkMayCommit(handshake.sender)
        let inline = list.entries.filter { $0.reference == nil }
        let superseded = superseded(by: inline)
        try checkNamesNothingSuperseded(list, superseded)
        let isExternal = handshake.sender == .newMemberCommit
        let joiner = isExternal ? actor.user : nil
        let live = waiting.filter { !superseded.contains($0.reference ?? []) }
        try checkPayloads(inline)
        try checkOneChangePerUser(live + inline)
        try checkExclusiveUpdates(live + inline)
        let after = try weigh(new: inline, in: live + inline, joiner: joiner)
        // What the commit itself confirms: a member's all that waits, a joiner's what it may name.
        let own = try EffectiveRoom(room, counting: list.entries, joiner: joiner)
        if isExternal {
            try checkIncludesSelfRemoves(list)
            try checkStandsAlone(own)
        } else {
            try checkIncludesAll(list, live)
        }
        try checkConfirmation(companions, own.policy, of: isExternal ? nil : after.policy)
        let change = try group.stage(handshake, list, companions, profile)
        try checkHubSender(change)
        let dropped = dropped(by: list)
        let extensions = try ContextExtensions(
            change.extensions ?? group.context.extensions, profile)
        var proposals = reissued(
            dropped.filter { !superseded.contains($0.reference ?? []) }, after: change, own.policy)
        let next = try own.policy.applying(proposals, room.registry)
        proposals += departures(to: next, extensions, in: proposals)
        let issued = try issue(proposals, in: change.epoch, extensions)
        return dropped.compactMap(\.reference).map { .proposalVoided(reference: $0) }
            + [.commitAccepted(change)] + issued.map { .hubProposalIssued($0) }
            + changes(to: next) + closing(change, next)
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
}
