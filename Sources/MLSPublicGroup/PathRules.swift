import MLSCrypto
import MLSMessages
import PresentationLanguage
import RuleBook

/// The UpdatePath of a commit: D-10 to D-19 of its leaf, D-46 and D-54 of a joiner, D-51 to D-53.
extension CommitStaging {
    private var rules: Enforcement { profile.enforcement }

    /// Lays the path over the tree; returns the committer's leaf.
    mutating func applyPath() throws(Refusal) -> UInt32 {
        let committer: UInt32
        let use: CredentialUse
        if case .member(let index) = handshake.sender {
            committer = index
            use = group.tree.leaf(at: index).map { .replacement(of: $0.credential) } ?? .joiner
        } else {
            let old = list.ofType(.remove).first?.target.flatMap(group.tree.leaf(at:))
            use = try joinerUse(replacing: old)
            committer = tree.makeRoom()
        }
        guard let path = commit.path else { return committer }
        let item = "path leaf \(committer)"
        try LeafRules(suite: group.suite, groupID: group.context.groupID, profile: profile).check(
            path.leafNode, at: committer, from: .path, as: use, now: nil, item)
        if let old = tree.leaf(at: committer) {
            try rules.require(
                .freshLeafKey, path.leafNode.encryptionKey != old.encryptionKey, item,
                expected: "a new encryption_key", found: "that of the replaced leaf")
        }
        let nodes = tree.filteredDirectPath(of: committer)
        try checkShape(path, nodes)
        try checkKeys(path, replacing: tree.leaf(at: committer))
        try merge(path, nodes, at: committer)
        let contextRules = LeafContextRules(extensions, profile)
        try contextRules.check(path.leafNode, in: tree.membership, item)
        try contextRules.checkUnique(path.leafNode, in: tree, item)
        try checkJoiner(path.leafNode, at: committer)
        return committer
    }

    /// D-46: whoever removes an older leaf must be its client.
    private func joinerUse(replacing old: LeafNode?) throws(Refusal) -> CredentialUse {
        guard let old, let joiner = commit.path?.leafNode else { return .joiner }
        let use = CredentialUse.replacement(of: old.credential)
        let objection = profile.credentials.objection(
            to: joiner.credential, of: joiner.signatureKey, as: use)
        try rules.require(
            .externalCommitProposals, objection == nil, "remove",
            expected: "an older leaf of the joiner", found: objection ?? "")
        return .joiner
    }

    /// D-44 and D-42 of an external joiner, who processes the commit too.
    private func checkJoiner(_ leaf: LeafNode, at index: UInt32) throws(Refusal) {
        guard handshake.sender == .newMemberCommit else { return }
        let supported = Set(leaf.capabilities.proposals)
        let missing = Set(list.entries.map(\.proposal.type)).subtracting(supported)
            .filter { !$0.isDefault }.min()
        try rules.require(
            .proposalSupport, missing == nil, "joiner \(index)",
            expected: "support for the commit's proposals", found: "none for \(missing?.name ?? "")")
        guard let name = profile.credentials.clientName(of: leaf.credential) else { return }
        try rules.require(
            .oneLeafPerClient, tree.holders(client: name) <= 1, "joiner \(index)",
            expected: "a client that is not in the group", found: "one that is")
    }

    /// D-51
    private func checkShape(
        _ path: UpdatePath, _ nodes: [(node: NodeIndex, copath: NodeIndex)]
    ) throws(Refusal) {
        try rules.require(
            .pathShape, path.nodes.count == nodes.count, "path", expected: "\(nodes.count) nodes",
            found: "\(path.nodes.count)")
        for (given, place) in zip(path.nodes, nodes) {
            try rules.require(
                .pathShape, group.suite.kem.isPublicKey(given.encryptionKey),
                "path \(place.node)", expected: "a public key of the cipher suite",
                found: hex(given.encryptionKey))
            let ciphertexts = given.encryptedPathSecrets.count
            var recipients = 0
            tree.visitResolution(of: place.copath) {
                if !$0.isLeaf || !addedLeaves.contains($0.leaf) { recipients += 1 }
                return recipients <= ciphertexts
            }
            try rules.require(
                .pathShape, recipients == ciphertexts, "path \(place.node)",
                expected: recipients > ciphertexts ? "more ciphertexts" : "\(recipients) ciphertexts",
                found: "\(ciphertexts)")
        }
    }

    /// D-52
    private func checkKeys(_ path: UpdatePath, replacing old: LeafNode?) throws(Refusal) {
        var seen = Set<[UInt8]>()
        for key in [path.leafNode.encryptionKey] + path.nodes.map(\.encryptionKey) {
            // That the leaf keeps its own key is D-18's to say.
            if key == old?.encryptionKey, seen.isEmpty {
                seen.insert(key)
                continue
            }
            try rules.require(
                .pathKeys, seen.insert(key).inserted && tree.holders(encryptionKey: key) == 0,
                "path", expected: "keys that are not in the tree", found: hex(key))
        }
    }

    /// D-53: sets the nodes, with the parent hashes from the root down, and compares the leaf's.
    private mutating func merge(
        _ path: UpdatePath, _ nodes: [(node: NodeIndex, copath: NodeIndex)], at committer: UInt32
    ) throws(Refusal) {
        tree.blankDirectPath(of: committer)
        var parentHash: [UInt8] = []
        for (given, place) in zip(path.nodes, nodes).reversed() {
            let parent = ParentNode(encryptionKey: given.encryptionKey, parentHash: parentHash)
            tree.set(.parent(parent), at: place.node)
            parentHash = ParentHash.hash(
                of: parent, originalSiblingTreeHash: tree.hash(of: place.copath), group.suite.hash)
        }
        tree.set(.leaf(path.leafNode), at: NodeIndex(leaf: committer))
        guard case .commit(let claimed) = path.leafNode.source else { return }
        try rules.require(
            .pathParentHash, claimed == parentHash, "path leaf \(committer)",
            expected: "parent_hash \(hex(parentHash))", found: hex(claimed))
    }
}
