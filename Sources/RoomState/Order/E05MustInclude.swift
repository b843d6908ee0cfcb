import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RuleBook

/// E-5: a member's commit names every proposal that waits, but for its own Update (D-41) and for what
/// its own proposals supersede (E-13). So each epoch confirms all that the hub accepted in the one
/// before.
extension Trial {
    func checkIncludesAll(
        _ list: CommitProposals, _ live: [CommitProposals.Entry]
    ) throws(Refusal) {
        let named = Set(list.entries.compactMap(\.reference))
        let missing = live.first {
            !named.contains($0.reference ?? [])
                && !($0.proposal.type == .update && $0.sender == list.committer)
        }
        try rules.require(
            .mustInclude, missing == nil, "pending proposal",
            expected: "a reference to \(hex(missing?.reference ?? []))", found: "none")
    }
}
