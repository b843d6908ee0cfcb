import RoomPolicy
import RuleBook

/// E-8: a user is on the list before, or with, their clients. Nobody's client joins for a user who is
/// not there, or who is banned.
extension Trial {
    func checkUsersBeforeClients(_ change: RoomChange) throws(Refusal) {
        let users = change.addedClients.keys.sorted { $0.lexicographicallyPrecedes($1) }
        let stranger = users.first { change.after.participants.role(of: $0) <= Role.banned }
        try rules.require(
            .userBeforeClients, stranger == nil, "client of \(text(stranger ?? []))",
            expected: "a user on the list", found: "none, or a banned one")
        // A user whose removal waits is still in the committed list; adding it again would not be one
        // change of it (H-7).
        let leaving = users.first { room.isRestricted($0) }
        try rules.require(
            .userBeforeClients, leaving == nil, "client of \(text(leaving ?? []))",
            expected: "a user who is not being removed", found: "one whose clients must go first")
    }
}
