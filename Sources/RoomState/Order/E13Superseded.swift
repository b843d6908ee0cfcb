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
        let roles = Dictionary(
            new.compactMap(listChanges).flatMap(\.changed).filter { $0.role <= Role.banned }
                .map { ($0.user, $0.role) }, uniquingKeysWith: { first, _ in first })
        return Set(
            waiting.filter { entry in
                switch entry.proposal {
                case .update: entry.target.map(going.contains) ?? false
                case .remove: entry.target.map(leaving.contains) ?? false
                case .add(let keyPackage):
                    room.user(of: keyPackage.leafNode.credential).map { roles[$0] != nil } ?? false
                case .appDataUpdate: isAbout(roles, entry)
                default: false
                }
            }.compactMap(\.reference))
    }

    /// Whether a list update is about one of these users, who get these roles, and about nobody else. A
    /// removal is not made pointless by another one.
    private func isAbout(_ roles: [[UInt8]: UInt32], _ entry: CommitProposals.Entry) -> Bool {
        guard let changes = listChanges(entry) else { return false }
        let touched = Set(changes.changed.map(\.user) + changes.added.map(\.user))
        guard touched.count == 1, let user = touched.first, let role = roles[user] else {
            return false
        }
        return role != Role.nobody || changes.changed.allSatisfy { $0.role != Role.nobody }
    }
}
