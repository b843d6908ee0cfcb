import MLSCrypto
import MLSMessages
import PresentationLanguage
import RuleBook

/// What an imported tree must be: D-65, D-66, and D-17 over all its keys.
package struct TreeImportRules {
    private let tree: RatchetTree
    private let rules: Enforcement
    private var hash: HashAlgorithm { tree.hashAlgorithm }

    package init(_ tree: RatchetTree, _ rules: Enforcement) {
        self.tree = tree
        self.rules = rules
    }

    /// D-65, as far as the list of nodes goes.
    package static func checkNodes(
        _ exchanged: RatchetTreeNodes, _ profile: GroupProfile
    ) throws(Refusal) {
        let rules = profile.enforcement
        let nodes = exchanged.nodes
        guard nodes.count < 2 * profile.maximumWidth else {
            throw Refusal(
                .importedTree, "ratchet tree", expected: "at most \(profile.maximumWidth) leaves",
                found: "\(nodes.count) nodes")
        }
        guard !nodes.isEmpty else {
            throw Refusal(.importedTree, "ratchet tree", expected: "nodes", found: "none")
        }
        try rules.require(
            .importedTree, nodes.last ?? nil != nil, "ratchet tree",
            expected: "a last node that is not blank", found: "a blank")
        var encryptionKeys = Set<[UInt8]>()
        var signatureKeys = Set<[UInt8]>()
        for (value, node) in nodes.enumerated() {
            guard let node else { continue }
            let place = NodeIndex(value)
            guard (node.leaf != nil) == place.isLeaf else {
                throw Refusal(
                    .importedTree, "node \(value)",
                    expected: place.isLeaf ? "a leaf node" : "a parent node", found: "the other")
            }
            // A parent's key that is there twice is D-65's, a leaf's D-17's.
            try rules.require(
                place.isLeaf ? .uniqueKeys : .importedTree,
                encryptionKeys.insert(node.encryptionKey).inserted, "\(place)",
                expected: "an encryption_key of its own", found: hex(node.encryptionKey))
            guard let leaf = node.leaf else { continue }
            try rules.require(
                .uniqueKeys, signatureKeys.insert(leaf.signatureKey).inserted, "\(place)",
                expected: "a signature_key of its own", found: hex(leaf.signatureKey))
        }
    }

    package func check() throws(Refusal) {
        for value in stride(from: 1, to: 2 * tree.width - 1, by: 2) {
            let place = NodeIndex(value)
            guard let parent = tree.node(at: place)?.parent else { continue }
            try checkUnmerged(parent, at: place)
            try checkParentHash(parent, at: place)
        }
    }

    /// D-65: ascending, members below the node, and known to every node between.
    private func checkUnmerged(
        _ parent: ParentNode, at place: NodeIndex
    ) throws(Refusal) {
        let list = parent.unmergedLeaves
        try rules.require(
            .importedTree, zip(list, list.dropFirst()).allSatisfy { $0 < $1 },
            "unmerged_leaves of \(place)", expected: "leaves that ascend", found: "\(list)")
        for leaf in list {
            try rules.require(
                .importedTree, place.leafSpan.contains(leaf) && tree.leaf(at: leaf) != nil,
                "unmerged_leaves of \(place)", expected: "members below it", found: "leaf \(leaf)")
            var between = NodeIndex(leaf: leaf)
            while let above = between.parent(width: tree.width), above != place {
                between = above
                guard let node = tree.node(at: above)?.parent else { continue }
                try rules.require(
                    .importedTree, node.unmergedLeaves.containsSorted(leaf),
                    "unmerged_leaves of \(above)", expected: "leaf \(leaf), as in \(place)",
                    found: "it is missing")
            }
        }
    }

    /// D-66: one side's resolution, without the leaves that are unmerged here, is one node that
    /// holds this node's parent hash (RFC 9420 §7.9.2).
    private func checkParentHash(
        _ parent: ParentNode, at place: NodeIndex
    ) throws(Refusal) {
        guard let left = place.left, let right = place.right, rules.holds(.importedParentHash)
        else { return }
        let valid =
            isChained(parent, through: left, sibling: right)
            || isChained(parent, through: right, sibling: left)
        try rules.require(
            .importedParentHash, valid, "\(place)",
            expected: "a descendant with its parent hash", found: "none")
    }

    private func isChained(
        _ parent: ParentNode, through child: NodeIndex, sibling: NodeIndex
    ) -> Bool {
        var descendant: NodeIndex?
        let unmerged = parent.unmergedLeaves
        let isOne = tree.visitResolution(of: child) { place in
            if place.isLeaf, unmerged.containsSorted(place.leaf) { return true }
            defer { descendant = place }
            return descendant == nil
        }
        guard isOne, let descendant else { return false }
        let claimed: [UInt8]? =
            switch tree.node(at: descendant) {
            case .parent(let node): node.parentHash
            case .leaf(let leaf):
                if case .commit(let parentHash) = leaf.source { parentHash } else { nil }
            case nil: nil
            }
        guard let claimed else { return false }
        let span = sibling.leafSpan
        let excluded = unmerged.filter { span.contains($0) }
        return claimed
            == ParentHash.hash(
                of: parent, originalSiblingTreeHash: originalHash(of: sibling, without: excluded),
                hash)
    }

    /// The tree hash that a subtree had before some of its leaves were added (RFC 9420 §7.9).
    private func originalHash(of place: NodeIndex, without leaves: [UInt32]) -> [UInt8] {
        guard !leaves.isEmpty else { return tree.hash(of: place) }
        guard let left = place.left, let right = place.right else {
            return TreeHash.leaf(nil, at: place.leaf, hash)
        }
        var parent = tree.node(at: place)?.parent
        parent?.unmergedLeaves.removeAll { leaves.containsSorted($0) }
        let split = right.leafSpan.lowerBound
        return TreeHash.parent(
            parent, left: originalHash(of: left, without: leaves.filter { $0 < split }),
            right: originalHash(of: right, without: leaves.filter { $0 >= split }), hash)
    }
}

extension [UInt32] {
    /// Whether a list that ascends holds a value.
    fileprivate func containsSorted(_ value: UInt32) -> Bool {
        var range = startIndex..<endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if self[middle] == value { return true }
            range =
                self[middle] < value ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return false
    }
}
