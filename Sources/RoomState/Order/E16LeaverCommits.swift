import MLSMessages
import RuleBook

/// E-16: a client does not commit that is being removed, by itself or by others.
extension Trial {
    func checkMayCommit(_ sender: Sender) throws(Refusal) {
        guard case .member(let leaf) = sender else { return }
        try rules.require(
            .leaverCommits, !group.pending.removed.contains(leaf), "commit of leaf \(leaf)",
            expected: "a client that is not being removed", found: "one that is")
    }
}
