import RoomPolicy
import RuleBook

/// E-9: clients are gone before, or with, their user: who removes or bans a user removes all leaves
/// of the user, unless they are gone or going already.
extension Trial {
    func checkClientsBeforeUsers(_ change: RoomChange) throws(Refusal) {
        let left = change.users.first {
            change.after.participants.role(of: $0) <= Role.banned
                && change.before.participants.role(of: $0) > Role.banned
                && change.leavesAfter[$0] > 0
        }
        try rules.require(
            .clientsBeforeUser, left == nil, "user \(text(left ?? []))",
            expected: "the removal of all clients", found: "\(change.leavesAfter[left ?? []]) left")
    }
}
