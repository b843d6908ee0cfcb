import MLSMessages
import MLSPublicGroup
import RoomPolicy
import RuleBook

/// E-12: in one epoch the metadata are updated once, roles not together with the list, and
/// preauthorizations with removals from the list at most.
extension Trial {
    func checkExclusiveUpdates(_ all: [CommitProposals.Entry]) throws(Refusal) {
        var counts: [ComponentID: Int] = [:]
        for case .appDataUpdate(let update) in all.map(\.proposal) {
            // Both an update and a removal are not for this rule (D-45).
            if update.operation == .remove, update.component == .roomMetadata { continue }
            counts[update.component, default: 0] += 1
        }
        try rules.require(
            .exclusiveUpdates, counts[.roomMetadata, default: 0] <= 1, "room metadata",
            expected: "one update in an epoch", found: "\(counts[.roomMetadata, default: 0])")
        guard counts[.participantList] != nil else { return }
        try rules.require(
            .exclusiveUpdates, counts[.rolesList] == nil, "roles",
            expected: "no change of the list in the same epoch", found: "one")
        guard counts[.preauthList] != nil else { return }
        let changesOther = all.compactMap(listChanges).contains {
            !$0.added.isEmpty || $0.changed.contains { $0.role != Role.nobody }
        }
        try rules.require(
            .exclusiveUpdates, !changesOther, "preauthorizations",
            expected: "nothing but removals from the list in the same epoch", found: "others")
    }
}
