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
}

extension MIMIRoom {
    /// The commit of a restricted user is refused as such whatever else is wrong with it, its epoch
    /// first of all: its client is not to try again. The signature was not checked yet, but a refusal
    /// has no effect.
    func checkRestrictedCommitter(_ message: MLSMessage) throws(Refusal) {
        guard case .publicMessage(let message) = message, message.content.body.type == .commit,
            case .member(let leaf) = message.content.sender, let user = user(ofLeaf: leaf)
        else { return }
        try profile.enforcement.require(
            .restricted, !isRestricted(user), "commit of \(text(user))",
            expected: "a user who is not removed or banned", found: "one who is")
    }
}
