import MLSMessages
import RuleBook

/// The committer's leaf: D-42, D-44, D-46 and D-54 of an external joiner, and the rules of the
/// path's leaf in its new surroundings.
extension CommitStaging {
    /// Lays the path over the tree; returns the committer's leaf.
    mutating func applyPath() throws(Refusal) -> UInt32 {
        let committer: UInt32
        let use: CredentialUse
        if case .member(let index) = handshake.sender {
            committer = index
            use = group.tree.leaf(at: index).map { .replacement(of: $0.credential) } ?? .joiner
        } else {
            try checkReplacedLeaf()
            // D-54. The leaf's signature names its index, so that a joiner elsewhere breaks D-10.
            committer = next.tree.makeRoom()
            use = .joiner
        }
        guard let path = commit.path else { return committer }
        try PathRules(suite: group.suite, groupID: group.context.groupID, profile).apply(
            path, to: &next.tree, at: committer, added: Set(next.addedLeaves), as: use)
        let leafRules = LeafContextRules(next.extensions, profile)
        try leafRules.check(path.leafNode, in: next.tree.membership, "path leaf \(committer)")
        try leafRules.checkUnique(path.leafNode, in: next.tree, "path leaf \(committer)")
        if handshake.sender == .newMemberCommit { try checkJoiner(path.leafNode, at: committer) }
        return committer
    }

    /// D-46: whoever removes an older leaf must be its client.
    private func checkReplacedLeaf() throws(Refusal) {
        guard let joiner = commit.path?.leafNode,
            let old = list.ofType(.remove).first?.target.flatMap(group.tree.leaf(at:))
        else { return }
        let objection = profile.credentials.objection(
            to: joiner.credential, of: joiner.signatureKey, as: .replacement(of: old.credential))
        try rules.require(
            .externalCommitProposals, objection == nil, "remove",
            expected: "an older leaf of the joiner", found: objection ?? "")
    }

    /// D-44: a joiner processes the commit, too; D-42: it is not in the group already.
    private func checkJoiner(_ leaf: LeafNode, at index: UInt32) throws(Refusal) {
        let missing = Set(list.entries.map(\.proposal.type)).filter { !$0.isDefault }
            .subtracting(leaf.capabilities.proposals).min()
        try rules.require(
            .proposalSupport, missing == nil, "joiner \(index)",
            expected: "support for the commit's proposals", found: "none for \(missing?.name ?? "")"
        )
        guard let name = profile.credentials.clientName(of: leaf.credential) else { return }
        try rules.require(
            .oneLeafPerClient, next.tree.holders(client: name) <= 1, "joiner \(index)",
            expected: "a client that is not in the group", found: "one that is")
    }
}
