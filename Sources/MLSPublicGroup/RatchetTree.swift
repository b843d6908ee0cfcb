import MLSCrypto
import MLSMessages

/// The ratchet tree of a group at an epoch (RFC 9420 §7), with the indexes and cached hashes that
/// make the cost of a commit follow the change and not the size of the tree.
///
/// A tree is made whole by ``init(nodes:hash:clientName:)`` and changed only by a ``TreeChange``.
package struct RatchetTree: TreeView, Sendable {
    package let hashAlgorithm: HashAlgorithm
    /// The name of a credential's client, where the credential service gives one.
    let clientName: @Sendable (Credential) -> [UInt8]?
    private var nodes: [Node?]
    private var occupancy: [UInt32]
    private var hashes: HashCache
    private(set) var keys = KeyIndex()
    private(set) var census = CapabilityCensus()

    /// Takes the nodes as exchanged; those missing up to a full tree are blank.
    package init(
        nodes exchanged: RatchetTreeNodes, hash: HashAlgorithm,
        clientName: @escaping @Sendable (Credential) -> [UInt8]? = { _ in nil }
    ) {
        hashAlgorithm = hash
        self.clientName = clientName
        var width = 1
        while 2 * width - 1 < exchanged.nodes.count { width *= 2 }
        nodes = [Node?](repeating: nil, count: 2 * width - 1)
        occupancy = [UInt32](repeating: 0, count: 2 * width - 1)
        hashes = HashCache(digestSize: hash.size, width: width)
        for (value, node) in exchanged.nodes.enumerated() {
            if let node { set(node, at: NodeIndex(value)) }
        }
        fillHashes(below: root)
    }

    package var width: Int { (nodes.count + 1) / 2 }

    package func node(at place: NodeIndex) -> Node? { nodes[place.value] }

    package func occupied(below place: NodeIndex) -> Int { Int(occupancy[place.value]) }

    /// The hash of the whole tree (RFC 9420 §7.8).
    package var treeHash: [UInt8] { hash(of: root) }

    package func hash(of place: NodeIndex) -> [UInt8] {
        if place.isLeaf {
            return TreeHash.leaf(leaf(at: place.leaf), at: place.leaf, hashAlgorithm)
        }
        guard let known = hashes[place] else {
            preconditionFailure("the hash of \(place) is missing")
        }
        return known
    }

    /// Members of this epoch; see ``Membership``.
    func membership(adding change: CapabilityCensus = CapabilityCensus()) -> Membership {
        Membership(census, adding: change)
    }

    /// Lays a change over the tree for good.
    package mutating func apply(_ change: TreeChange) {
        resize(width: change.width)
        for (place, node) in change.nodes { set(node, at: place) }
        for (place, hash) in change.hashes { hashes[place] = hash }
        fillHashes(below: root)
    }

    private mutating func set(_ node: Node?, at place: NodeIndex) {
        if let old = nodes[place.value] {
            keys.remove(old, client: old.leaf.flatMap { clientName($0.credential) }, at: place)
            if let leaf = old.leaf { count(leaf, -1, at: place) }
        }
        nodes[place.value] = node
        if let node {
            keys.insert(node, client: node.leaf.flatMap { clientName($0.credential) }, at: place)
            if let leaf = node.leaf { count(leaf, 1, at: place) }
        }
        hashes[place] = nil
        for ancestor in place.directPath(width: width) { hashes[ancestor] = nil }
    }

    private mutating func count(_ leaf: LeafNode, _ step: Int, at place: NodeIndex) {
        census.count(leaf, step)
        for above in [place] + place.directPath(width: width) {
            occupancy[above.value] = UInt32(Int(occupancy[above.value]) + step)
        }
    }

    private mutating func resize(width newWidth: Int) {
        while width > newWidth {
            let kept = width - 1
            for value in kept..<nodes.count where nodes[value] != nil {
                set(nil, at: NodeIndex(value))
            }
            nodes.removeLast(nodes.count - kept)
            occupancy.removeLast(occupancy.count - kept)
        }
        while width < newWidth {
            let total = occupancy[root.value]
            let added = 2 * width
            nodes.append(contentsOf: repeatElement(nil, count: added))
            occupancy.append(contentsOf: repeatElement(0, count: added))
            occupancy[root.value] = total
        }
        hashes.resize(width: width)
    }

    /// Computes the hashes that are not known.
    private mutating func fillHashes(below place: NodeIndex) {
        guard hashes[place] == nil, let left = place.left, let right = place.right else { return }
        fillHashes(below: left)
        fillHashes(below: right)
        hashes[place] = TreeHash.parent(
            nodes[place.value]?.parent, left: hash(of: left), right: hash(of: right), hashAlgorithm)
    }
}
