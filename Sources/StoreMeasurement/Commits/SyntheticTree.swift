import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup

/// Builds the tree of a synthetic room.
///
/// A full one in one pass: of each parent, the right subtree is made first, whose hash the parent hash of
/// the left child needs (RFC 9420 §7.9); so every parent is valid by the chain through its left child.
struct SyntheticTree {
    private let clients: [Client]
    private let groupID: [UInt8]
    private let random: SeededRandom
    private let hash = SyntheticRoom.suite.hash
    private let width: Int

    init(_ clients: [Client], groupID: [UInt8], _ random: SeededRandom) {
        self.clients = clients
        self.groupID = groupID
        self.random = random
        var width = 1
        while width < clients.count { width *= 2 }
        self.width = width
    }

    func nodes(_ shape: SyntheticRoom.Shape) throws -> RatchetTreeNodes {
        var nodes = [Node?](repeating: nil, count: 2 * width - 1)
        switch shape {
        case .sparse:
            for leaf in clients.indices {
                nodes[2 * leaf] = .leaf(try self.leaf(leaf, nil))
            }
        case .full:
            _ = try fill(.root(width: width), parentHash: nil, &nodes)
        }
        return RatchetTreeNodes(Array(nodes.prefix(2 * clients.count - 1)))
    }

    private func leaf(_ index: Int, _ parentHash: [UInt8]?) throws -> LeafNode {
        try clients[index].syntheticLeaf(
            parentHash.map { .commit(parentHash: $0) } ?? .keyPackage(.unlimited),
            groupID: groupID, at: UInt32(index), random)
    }

    /// Fills a subtree and returns its tree hash. `parentHash` is what a chain from below hands on; nil for
    /// a node that no chain goes through.
    private func fill(
        _ place: NodeIndex, parentHash: [UInt8]?, _ nodes: inout [Node?]
    ) throws -> [UInt8] {
        guard let left = place.left, let right = place.right else {
            let index = Int(place.leaf)
            let leaf = index < clients.count ? try leaf(index, parentHash) : nil
            nodes[place.value] = leaf.map { .leaf($0) }
            return TreeHash.leaf(leaf, at: place.leaf, hash)
        }
        // A parent one of whose sides is empty has no key, and hands its chain through.
        guard Int(right.leafSpan.lowerBound) < clients.count else {
            let leftHash = try fill(left, parentHash: parentHash, &nodes)
            let rightHash = try fill(right, parentHash: nil, &nodes)
            return TreeHash.parent(nil, left: leftHash, right: rightHash, hash)
        }
        let isRoot = place == .root(width: width)
        let parent = ParentNode(
            encryptionKey: try random.bytes(32),
            parentHash: try parentHash ?? (isRoot ? [] : random.bytes(hash.size)))
        nodes[place.value] = .parent(parent)
        let rightHash = try fill(right, parentHash: nil, &nodes)
        let below = ParentHash.hash(of: parent, originalSiblingTreeHash: rightHash, hash)
        let leftHash = try fill(left, parentHash: below, &nodes)
        return TreeHash.parent(parent, left: leftHash, right: rightHash, hash)
    }
}
