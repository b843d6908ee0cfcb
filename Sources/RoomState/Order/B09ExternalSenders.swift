import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RuleBook

/// B-9: when the last participant of a provider leaves, its entry of external_senders must go. The
/// hub proposes that in the same decision.
extension Trial {
    /// The GroupContextExtensions that takes these entries out, if there are such, and if nobody
    /// proposes extensions already. `before` and `next` are the policies between which they left.
    func departures(
        from before: RoomPolicy, to next: RoomPolicy, _ extensions: ContextExtensions,
        in waiting: [Proposal]
    ) -> [Proposal] {
        let gone = Self.departed(from: before, to: next)
        guard !gone.isEmpty, !waiting.contains(where: { $0.type == .groupContextExtensions })
        else { return [] }
        let kept = kept(of: extensions) { !gone.contains($0) }
        guard kept.count < extensions.externalSenders.count else { return [] }
        let list = extensions.list.map {
            $0.type == .externalSenders
                ? Extension(.externalSenders, data: ExternalSenders(kept).encoded) : $0
        }
        return [.groupContextExtensions(list)]
    }

    /// The external senders but for those of providers that have no place; the hub always has one.
    private func kept(
        of extensions: ContextExtensions, _ hasPlace: (_ domain: String) -> Bool
    ) -> [ExternalSender] {
        extensions.externalSenders.filter { sender in
            guard let domain = sender.domain else { return true }
            return domain == room.settings.hub.description || hasPlace(domain)
        }
    }

    /// The providers that have no participant any more.
    private static func departed(from before: RoomPolicy, to next: RoomPolicy) -> Set<String> {
        guard before.participants != next.participants else { return [] }
        let leavers = before.participants.participants.filter {
            !next.participants.contains($0.user)
        }
        guard !leavers.isEmpty else { return [] }
        return Set(leavers.compactMap { MIMIURI($0.user)?.domain })
            .subtracting(Self.domains(next))
    }

    private static func domains(_ policy: RoomPolicy) -> Set<String> {
        Set(policy.participants.participants.compactMap { MIMIURI($0.user)?.domain })
    }

    /// Whether a list of extensions does nothing but take out the external senders of providers
    /// without participants.
    func isRequired(_ list: [Extension]) -> Bool {
        let old = group.context.extensions
        let others = { (list: [Extension]) in list.filter { $0.type != .externalSenders } }
        guard others(list) == others(old), let data = list.data(of: .externalSenders),
            let new = try? ExternalSenders(parsing: data).senders
        else { return false }
        let domains = Self.domains(room.effective)
        let kept = kept(of: group.extensions) { domains.contains($0) }
        return new == kept && new != group.extensions.externalSenders
    }

    /// Whether the hub does its duty of B-13, which takes no capability (H-42): it takes out users who
    /// are not in the parent room, with their clients, and does nothing else.
    func isDuty(_ new: [CommitProposals.Entry]) -> Bool {
        guard update.authority == .duty, actor.kind == .external(isHub: true),
            let parent = room.parent.flatMap({ parents.lists[$0] })
        else { return false }
        func hasLeft(_ user: [UInt8]?) -> Bool {
            user.map { parent.role(of: $0) <= Role.banned } ?? false
        }
        return new.allSatisfy { entry in
            if case .remove(let leaf) = entry.proposal {
                return hasLeft(room.user(ofLeaf: leaf))
            }
            guard let changes = listChanges(entry), changes.added.isEmpty else { return false }
            return changes.changed.allSatisfy { $0.role == Role.nobody && hasLeft($0.user) }
        }
    }

    /// What the hub proposes in an epoch, signed; `extensions` are that epoch's.
    func issue(
        _ proposals: [Proposal], in epoch: UInt64, _ extensions: ContextExtensions
    ) throws(Refusal) -> [HubProposal] {
        guard !proposals.isEmpty else { return [] }
        guard let messages = room.hubMessages(of: proposals, in: epoch, extensions) else {
            // The hub was opened without the key that this room knows.
            throw Refusal(
                .hubSender, "external_senders", expected: "a key of the hub", found: "others")
        }
        return zip(messages, proposals).map { message, proposal in
            HubProposal(
                .publicMessage(message),
                PendingProposal(
                    reference: message.authenticatedContent.proposalReference(group.suite.hash),
                    sender: message.content.sender, proposal: proposal))
        }
    }
}

extension ExternalSender {
    /// The domain of a provider; nil where the credential is no provider's URI.
    fileprivate var domain: String? {
        guard case .basic(let identity) = credential else { return nil }
        return MIMIURI(identity)?.domain
    }
}
