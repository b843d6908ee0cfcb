import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RuleBook

/// E-13: proposals that a newer one makes pointless do not wait any more: an Update of a leaf that
/// goes, a Remove of a leaf that removes itself, and, of a user who is removed or banned, the Adds of
/// clients and a list update about nobody else.
extension Trial {
    /// D-40: nor does a commit name what it supersedes itself.
    func checkNamesNothingSuperseded(
        _ list: CommitProposals, _ superseded: Set<[UInt8]>
    ) throws(Refusal) {
        let named = list.entries.compactMap(\.reference).first(where: superseded.contains)
        try rules.require(
            .proposalReference, named == nil, "reference \(hex(named ?? []))",
            expected: "a proposal that the commit leaves in force",
            found: "one that it supersedes")
    }

    func superseded(by new: [CommitProposals.Entry]) -> Set<[UInt8]> {
        let going = Set(
            new.filter { $0.proposal.type == .remove || $0.proposal.type == .selfRemove }
                .compactMap(\.target))
        let leaving = Set(new.filter { $0.proposal == .selfRemove }.compactMap(\.target))
        let users = Set(
            new.compactMap(listChanges).flatMap(\.changed).filter { $0.role <= Role.banned }
                .map(\.user))
        return Set(
            waiting.filter { entry in
                switch entry.proposal {
                case .update: entry.target.map(going.contains) ?? false
                case .remove: entry.target.map(leaving.contains) ?? false
                case .add(let keyPackage):
                    room.user(of: keyPackage.leafNode.credential).map(users.contains) ?? false
                case .appDataUpdate: isAbout(users, entry)
                default: false
                }
            }.compactMap(\.reference))
    }

    /// Whether a list update is about one of these users, and about nobody else.
    private func isAbout(_ users: Set<[UInt8]>, _ entry: CommitProposals.Entry) -> Bool {
        guard let changes = listChanges(entry) else { return false }
        let touched = Set(changes.changed.map(\.user) + changes.added.map(\.user))
        return touched.count == 1 && touched.isSubset(of: users)
    }
}
