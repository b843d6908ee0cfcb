import MLSPublicGroup
import RoomPolicy
import RuleBook

/// E-11: in one epoch a user is added, removed or given a role at most once. So the order of list
/// updates does not count (E-22).
extension Trial {
    func checkOneChangePerUser(_ all: [CommitProposals.Entry]) throws(Refusal) {
        var touched = Set<[UInt8]>()
        for entry in all {
            guard let changes = listChanges(entry) else { continue }
            for user in changes.changed.map(\.user) + changes.added.map(\.user) {
                try rules.require(
                    .oneChangePerUser, touched.insert(user).inserted, "user \(text(user))",
                    expected: "one change in an epoch", found: "another")
            }
        }
    }
}
