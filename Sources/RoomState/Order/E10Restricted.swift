import MLSMessages
import RoomPolicy
import RuleBook

/// E-10: from the moment that a user's removal or ban is accepted, the user's clients may do nothing
/// but take themselves and each other out.
extension Trial {
    /// Whether a member acts whose user is removed or banned.
    var isRestricted: Bool {
        actor.kind == .member && actor.user.map(room.isRestricted) ?? false
    }

    func checkRestricted(_ proposals: [Proposal]) throws(Refusal) {
        guard let user = actor.user, isRestricted else { return }
        let other = proposals.first { proposal in
            switch proposal {
            case .selfRemove: false
            case .remove(let leaf): room.user(ofLeaf: leaf) != user
            default: true
            }
        }
        try rules.require(
            .restricted, other == nil, "proposal of \(text(user))",
            expected: "the removal of own clients", found: other?.type.name ?? "")
    }

    /// E-16: nor does a client commit that is being removed, by itself or by others.
    func checkMayCommit(_ sender: Sender) throws(Refusal) {
        try rules.require(
            .restricted, !isRestricted, "commit of \(actor.name)",
            expected: "a user who is not removed or banned", found: "one who is")
        guard case .member(let leaf) = sender else { return }
        let leaves = waiting.contains {
            $0.target == leaf && $0.proposal.type != .update
        }
        try rules.require(
            .leaverCommits, !leaves, "commit of leaf \(leaf)",
            expected: "a client that is not being removed", found: "one that is")
    }
}
