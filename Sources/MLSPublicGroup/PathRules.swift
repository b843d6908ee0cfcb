import MLSCrypto
import MLSMessages
import PresentationLanguage
import RuleBook

/// An UpdatePath and the tree that it is for: D-10, D-11, D-18 and D-19 of its leaf, D-51 to D-53.
package struct PathRules {
    private let suite: CipherSuite
    private let groupID: [UInt8]
    private let profile: GroupProfile
    private var rules: Enforcement { profile.enforcement }

    package init(suite: CipherSuite, groupID: [UInt8], _ profile: GroupProfile) {
        self.suite = suite
        self.groupID = groupID
        self.profile = profile
    }

    /// Lays a path over a tree in which the commit's proposals have taken effect. `added` are the
    /// leaves of its Adds, `use` why the leaf's credential is looked at.
    package func apply(
        _ path: UpdatePath, to tree: inout TreeDraft, at committer: UInt32, added: Set<UInt32>,
        as use: CredentialUse
    ) throws(Refusal) {
        let item = "path leaf \(committer)"
        try LeafRules(suite: suite, groupID: groupID, profile: profile).check(
            path.leafNode, at: committer, from: .path, as: use, now: nil, item)
        let old = tree.leaf(at: committer)
        try rules.require(
            .freshLeafKey, path.leafNode.encryptionKey != old?.encryptionKey, item,
            expected: "a new encryption_key", found: "that of the replaced leaf")
        let nodes = tree.filteredDirectPath(of: committer)
        try checkShape(path, nodes, in: tree, added)
        try checkKeys(path, in: tree, replacing: old)
        try merge(path, nodes, into: &tree, at: committer)
    }

    /// D-51
    private func checkShape(
        _ path: UpdatePath, _ nodes: [(node: NodeIndex, copath: NodeIndex)], in tree: TreeDraft,
        _ added: Set<UInt32>
    ) throws(Refusal) {
        try rules.require(
            .pathShape, path.nodes.count == nodes.count, "path", expected: "\(nodes.count) nodes",
            found: "\(path.nodes.count)")
        for (given, place) in zip(path.nodes, nodes) {
            try rules.require(
                .pathShape, suite.kem.isPublicKey(given.encryptionKey), "path \(place.node)",
                expected: "a public key of the cipher suite", found: hex(given.encryptionKey))
            let ciphertexts = given.encryptedPathSecrets.count
            var recipients = 0
            tree.visitResolution(of: place.copath) {
                if !$0.isLeaf || !added.contains($0.leaf) { recipients += 1 }
                return recipients <= ciphertexts
            }
            try rules.require(
                .pathShape, recipients == ciphertexts, "path \(place.node)",
                expected: recipients > ciphertexts
                    ? "more ciphertexts" : "\(recipients) ciphertexts",
                found: "\(ciphertexts)")
        }
    }

    /// D-52
    private func checkKeys(
        _ path: UpdatePath, in tree: TreeDraft, replacing old: LeafNode?
    ) throws(Refusal) {
        var seen: Set = [path.leafNode.encryptionKey]
        // That the leaf must not keep its own key is D-18's to say.
        var isNew =
            path.leafNode.encryptionKey == old?.encryptionKey
            || tree.holders(encryptionKey: path.leafNode.encryptionKey) == 0
        for node in path.nodes {
            isNew =
                isNew && seen.insert(node.encryptionKey).inserted
                && tree.holders(encryptionKey: node.encryptionKey) == 0
        }
        try rules.require(
            .pathKeys, isNew, "path", expected: "keys that are not in the tree",
            found: "one that is, or one twice")
    }

    /// D-53: sets the nodes, with the parent hashes from the root down, and compares the leaf's.
    private func merge(
        _ path: UpdatePath, _ nodes: [(node: NodeIndex, copath: NodeIndex)],
        into tree: inout TreeDraft, at committer: UInt32
    ) throws(Refusal) {
        let keys = path.nodes.map(\.encryptionKey)
        let parentHash = tree.setPath(keys, on: nodes, above: committer, suite.hash)
        tree.set(.leaf(path.leafNode), at: NodeIndex(leaf: committer))
        guard case .commit(let claimed) = path.leafNode.source else { return }
        try rules.require(
            .pathParentHash, claimed == parentHash, "path leaf \(committer)",
            expected: "parent_hash \(hex(parentHash))", found: hex(claimed))
    }
}

extension TreeDraft {
    /// Replaces the nodes above a leaf by new keys on its filtered direct path, with the parent
    /// hashes from the root down (RFC 9420 §7.9); returns the parent hash of the leaf, which is
    /// empty where there are no such nodes.
    package mutating func setPath(
        _ keys: [[UInt8]], on nodes: [(node: NodeIndex, copath: NodeIndex)], above leaf: UInt32,
        _ hash: HashAlgorithm
    ) -> [UInt8] {
        blankDirectPath(of: leaf)
        var parentHash: [UInt8] = []
        for (key, place) in zip(keys, nodes).reversed() {
            let parent = ParentNode(encryptionKey: key, parentHash: parentHash)
            set(.parent(parent), at: place.node)
            parentHash = ParentHash.hash(
                of: parent, originalSiblingTreeHash: self.hash(of: place.copath), hash)
        }
        return parentHash
    }
}
