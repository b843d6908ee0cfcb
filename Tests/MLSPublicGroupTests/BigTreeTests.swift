import MLSCrypto
import MLSMessages
import MLSPublicGroup
import TestSupport
import Testing

/// The cost of a change follows the change.
@Suite struct BigTreeTests {
    private static let leaves = 50_000
    private static let tree = RatchetTree(
        nodes: RatchetTreeNodes(
            (0..<2 * leaves - 1).map { $0 % 2 == 0 ? .leaf(leaf($0)) : nil }), hash: .sha256)

    private static func leaf(_ number: Int) -> LeafNode {
        var leaf = ForgedClient.sample
        leaf.encryptionKey = Array("encryption \(number)".utf8)
        leaf.signatureKey = Array("signature \(number)".utf8)
        return leaf
    }

    /// The levels of the tree, and so the nodes on a path to the root.
    private let depth = 17

    @Test func aPathTakesTheHashesOfItsNodes() {
        var draft = TreeDraft(Self.tree)
        let nodes = draft.filteredDirectPath(of: 12_345)
        _ = draft.setPath(
            nodes.map { [UInt8(truncatingIfNeeded: $0.node.value), 1] }, on: nodes, above: 12_345,
            .sha256)
        draft.set(.leaf(Self.leaf(-1)), at: NodeIndex(leaf: 12_345))
        let change = draft.finish()
        #expect(change.nodes.count <= depth)
        // Those of the path, and of leaves, which are not kept.
        #expect(change.hashCount <= depth + 3)
    }

    @Test func addingAndRemovingTakesTheirPaths() {
        var draft = TreeDraft(Self.tree)
        draft.remove(777)
        #expect(draft.add(Self.leaf(-1)) == 777)
        #expect(draft.add(Self.leaf(-2)) == UInt32(Self.leaves))
        let change = draft.finish()
        #expect(change.hashCount <= 2 * depth + 4)
    }

    @Test func appliedChangesGiveTheHashesOfAFreshTree() {
        var tree = Self.tree
        var random = SplitMix64(state: 5)
        for round in 0..<20 {
            var draft = TreeDraft(tree)
            for number in 0..<3 {
                let index = UInt32.random(in: 0..<UInt32(Self.leaves), using: &random)
                draft.remove(index)
                _ = draft.add(Self.leaf(-3 * round - number - 10))
            }
            tree.apply(draft.finish())
        }
        let fresh = RatchetTree(nodes: tree.exchanged, hash: .sha256)
        #expect(tree.treeHash == fresh.treeHash)
        #expect(tree.occupied(below: tree.root) == fresh.occupied(below: fresh.root))
    }

    @Test("Growing and shrinking over powers of two", arguments: [1, 2, 3, 4, 5, 7, 8, 9, 31, 33])
    func growAndShrink(size: Int) {
        var tree = RatchetTree(nodes: RatchetTreeNodes([.leaf(Self.leaf(0))]), hash: .sha256)
        for number in 1..<max(size, 2) {
            var draft = TreeDraft(tree)
            #expect(draft.add(Self.leaf(number)) == UInt32(number))
            tree.apply(draft.finish())
            let fresh = RatchetTree(nodes: tree.exchanged, hash: .sha256)
            #expect(tree.treeHash == fresh.treeHash)
        }
        for number in (1..<max(size, 2)).reversed() {
            var draft = TreeDraft(tree)
            draft.remove(UInt32(number))
            tree.apply(draft.finish())
            let fresh = RatchetTree(nodes: tree.exchanged, hash: .sha256)
            #expect(tree.treeHash == fresh.treeHash && tree.width == fresh.width)
        }
        #expect(tree.width == 1)
    }

    /// Truncation far down and growth again inside one commit.
    @Test func shrinkAndGrowInOneDraft() {
        var tree = RatchetTree(
            nodes: RatchetTreeNodes([
                .leaf(Self.leaf(0)), nil, .leaf(Self.leaf(1)), nil, nil, nil, nil, nil,
                .leaf(Self.leaf(4)),
            ]), hash: .sha256)
        #expect(tree.width == 8)
        var draft = TreeDraft(tree)
        draft.remove(4)
        #expect(draft.width == 2)
        #expect((0..<4).map { draft.add(Self.leaf(10 + $0)) } == [2, 3, 4, 5])
        #expect(draft.width == 8)
        #expect(draft.occupied(below: draft.root) == 6)
        let hash = draft.treeHash()
        tree.apply(draft.finish())
        let fresh = RatchetTree(nodes: tree.exchanged, hash: .sha256)
        #expect(tree.treeHash == fresh.treeHash && hash == fresh.treeHash)
    }
}

extension ForgedClient {
    fileprivate static let sample =
        ForgedClient("sample", .x25519Aes128).leaf(.update, key: "sample")
}
