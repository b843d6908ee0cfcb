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
        let extensions = try change.extensions.map { (list) throws(Refusal) in
            try ContextExtensions(list, profile)
        }
        // B-9, where the commit changes who may propose from outside.
        if let extensions { try room.checkHubSender(in: extensions) }
        let dropped = dropped(by: list)
        let issued = try issued(
            dropped.filter { !superseded.contains($0.reference ?? []) }, after: change, own.policy,
            extensions ?? group.extensions)
        let next = try own.policy.applying(issued.map(\.proposal.proposal), room.registry)
        return dropped.compactMap(\.reference).map { .proposalVoided(reference: $0) }
            + [.commitAccepted(change)] + issued.map { .hubProposalIssued($0) }
            + changes(to: next) + closing(change, next)
    }

    /// What the hub proposes in the epoch after a commit that leads to `policy`: what holds of what it
    /// dropped (E-15), and what it owes (B-9).
    private func issued(
        _ dropped: [CommitProposals.Entry], after change: GroupChange, _ policy: RoomPolicy,
        _ extensions: ContextExtensions
    ) throws(Refusal) -> [HubProposal] {
        var holding = holding(dropped, after: change, policy)
        let next = try policy.applying(holding, room.registry)
        let others = others(dropped, extensions)
        if !others.contains(where: { $0.type == .groupContextExtensions }) {
            holding += departures(from: room.committed, to: next, extensions, in: holding)
        }
        if !others.isEmpty {
            // Of those that the commit itself made pointless, none must stand in its successors' way.
            let all = try issue(holding + others, in: change.epoch, extensions)
            var after = group
            try after.apply(change, profile)
            let waiting = all.map { CommitProposals.Entry($0.proposal) }
            if (try? after.judge(waiting: waiting, profile)) != nil { return all }
        }
        return try issue(holding, in: change.epoch, extensions)
    }

    /// What waits and is not committed: superseded, or not for a joiner to name.
    private func dropped(by list: CommitProposals) -> [CommitProposals.Entry] {
        let named = Set(list.entries.compactMap(\.reference))
        return waiting.filter { !named.contains($0.reference ?? []) }
    }
}
