import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RuleBook

extension Trial {
    /// A bundle of proposals, accepted or refused as one.
    func decide(
        proposals first: AuthenticatedHandshake, _ more: [MLSMessage]
    ) throws(Refusal) -> [RoomEvent] {
        var handshakes = [first]
        for message in more { handshakes.append(try group.authenticate(message, profile)) }
        try checkBundle(handshakes)
        try checkRestricted(handshakes.compactMap(\.proposal))
        var queued: [PendingProposal] = []
        for handshake in handshakes where handshake.proposal != nil {
            // What waits already was judged, and is not queued again.
            let reference = handshake.content.proposalReference(group.suite.hash)
            if group.pending[reference] != nil { continue }
            queued.append(try group.judge(proposal: handshake, now: now, profile))
        }
        guard !queued.isEmpty else { return [] }
        let new = queued.map { CommitProposals.Entry($0) }
        let superseded = superseded(by: new)
        let all = waiting.filter { !superseded.contains($0.reference ?? []) } + new
        try checkPayloads(new)
        try checkOneChangePerUser(all)
        try checkExclusiveUpdates(all)
        try group.judge(waiting: all, profile)
        for case .groupContextExtensions(let list) in new.map(\.proposal) {
            try room.checkHubSender(in: try ContextExtensions(list, profile))
        }
        let after = try weigh(new: new, in: all)
        let duties = departures(
            from: room.effective, to: after.policy, group.extensions, in: all.map(\.proposal))
        let issued = try issue(duties, in: group.context.epoch, group.extensions)
        return superseded.sorted { $0.lexicographicallyPrecedes($1) }.map {
            .proposalVoided(reference: $0)
        } + queued.map { queuedEvent($0, handshakes) }
            + issued.map { .hubProposalIssued($0) } + changes(to: after.policy)
    }

    /// The hub's own proposals keep their message, because it goes out as others' do (E-18).
    private func queuedEvent(
        _ proposal: PendingProposal, _ handshakes: [AuthenticatedHandshake]
    ) -> RoomEvent {
        guard case .external(isHub: true) = actor.kind,
            let handshake = handshakes.first(where: {
                $0.content.proposalReference(group.suite.hash) == proposal.reference
            })
        else { return .proposalQueued(proposal) }
        let message = PublicMessage(
            content: handshake.content.content, auth: handshake.content.auth, membershipTag: nil)
        return .hubProposalIssued(HubProposal(.publicMessage(message), proposal))
    }

    /// What becomes of the room's list and policy, in the words of those who read its history.
    func changes(to after: RoomPolicy) -> [RoomEvent] {
        var events: [RoomEvent] = []
        let before = room.effective
        if before.components[.participantList] != after.components[.participantList] {
            for participant in before.participants.participants
            where !after.participants.contains(participant.user) {
                events.append(.participantRemoved(user: participant.user))
            }
            for participant in after.participants.participants {
                let role = before.participants.role(of: participant.user)
                if role == participant.role { continue }
                events.append(
                    role == Role.nobody
                        ? .participantAdded(participant) : .roleChanged(participant))
            }
        }
        let components = Set(before.components.keys).union(after.components.keys)
        for component in components.sorted()
        where component != .participantList
            && before.components[component] != after.components[component]
        {
            events.append(
                component == .roomMetadata ? .metadataChanged : .policyChanged(component))
        }
        return events
    }
}
