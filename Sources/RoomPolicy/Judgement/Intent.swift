import RuleBook

/// What a bundle means for one user: exactly one of these (F-4, step 4).
enum Intent: Hashable, Sendable {
    case add(role: UInt32)
    case join(role: UInt32)
    case remove(from: UInt32)
    case leave
    case ban(from: UInt32)
    case unban(role: UInt32)
    case changeRole(from: UInt32, to: UInt32)
    case changeOwnRole(from: UInt32, to: UInt32)
    case addOwnClient
    case removeOwnClient
    /// A client of their own comes, and another one goes.
    case replaceOwnClient
    case kick

    /// Refuses what none of them explains.
    init(
        _ change: RoomChange, _ user: [UInt8], _ actor: Actor, _ rules: Enforcement
    ) throws(Refusal) {
        let from = change.before.participants.role(of: user)
        let target = change.after.participants.role(of: user)
        let adds = change.addedClients[user, default: 0]
        let removes = change.removedClients[user, default: 0]
        let isSelf = actor.user == user
        let unexplained: String?
        switch (from, target) {
        case (Role.nobody, Role.nobody):
            // E-8 says more of it.
            self = .kick
            unexplained = "clients of a user who is not on the list"
        case (Role.nobody, Role.banned):
            self = .ban(from: from)
            unexplained = adds > 0 ? "a banned user with clients" : nil
        case (Role.nobody, _):
            self = isSelf ? .join(role: target) : .add(role: target)
            unexplained = removes > 0 ? "an added user with clients to remove" : nil
        case (_, Role.nobody):
            self = isSelf ? .leave : .remove(from: from)
            unexplained = adds > 0 ? "a removed user with new clients" : nil
        case (from, from):
            if adds > 0 {
                // A joiner may replace its older leaf.
                self = removes > 0 && actor.kind != .joiner ? .replaceOwnClient : .addOwnClient
                unexplained = isSelf ? nil : "a client for another user who is on the list"
            } else {
                self = isSelf ? .removeOwnClient : .kick
                unexplained = nil
            }
        case (_, Role.banned):
            self = .ban(from: from)
            unexplained = adds > 0 ? "a banned user with clients" : nil
        case (Role.banned, _):
            self = .unban(role: target)
            unexplained = adds + removes > 0 ? "a ban lifted with clients" : nil
        default:
            self =
                isSelf
                ? .changeOwnRole(from: from, to: target) : .changeRole(from: from, to: target)
            unexplained = adds + removes > 0 ? "a role and clients at once" : nil
        }
        try rules.require(
            .intent, unexplained == nil, "user \(text(user))", expected: "one intent",
            found: unexplained ?? "")
    }
}
