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
    private var blocks: TreeBlocks
    private var keys = KeyIndex()
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
        blocks = TreeBlocks(2 * width - 1, digestSize: hash.size)
        for (value, node) in exchanged.nodes.enumerated() {
            if let node { set(node, at: NodeIndex(value)) }
        }
        fillHashes(below: root)
    }

    package var width: Int { (blocks.count + 1) / 2 }

    package func node(at place: NodeIndex) -> Node? { blocks[place] }

    package func occupied(below place: NodeIndex) -> Int { blocks.occupied(below: place) }

    /// The nodes that hold an encryption_key.
    package func places(encryptionKey key: [UInt8]) -> [NodeIndex] {
        keys.places(of: key, .encryption).filter { node(at: $0)?.encryptionKey == key }
    }

    /// The leaves that hold a signature_key.
    func places(signatureKey key: [UInt8]) -> [NodeIndex] {
        keys.places(of: key, .signature).filter { node(at: $0)?.leaf?.signatureKey == key }
    }

    /// The leaves of a client, where the credential service gives names.
    func places(client name: [UInt8]) -> [NodeIndex] {
        keys.places(of: name, .client).filter { node(at: $0)?.leaf.flatMap(clientName) == name }
    }

    private func clientName(_ leaf: LeafNode) -> [UInt8]? { clientName(leaf.credential) }

    /// The hash of the whole tree (RFC 9420 §7.8).
    package var treeHash: [UInt8] { hash(of: root) }

    package func hash(of place: NodeIndex) -> [UInt8] {
        if place.isLeaf {
            return TreeHash.leaf(leaf(at: place.leaf), at: place.leaf, hashAlgorithm)
        }
        guard let known = blocks.hash(of: place) else {
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
        for (place, hash) in change.hashes { blocks.setHash(hash, of: place) }
        fillHashes(below: root)
    }

    private mutating func set(_ node: Node?, at place: NodeIndex) {
        let old = blocks[place]
        blocks[place] = node
        changeIndex(from: old, to: node, at: place)
        let step = (node?.leaf == nil ? 0 : 1) - (old?.leaf == nil ? 0 : 1)
        if step != 0 {
            blocks.occupied(below: place, by: step)
            for above in place.directPath(width: width) { blocks.occupied(below: above, by: step) }
        }
        blocks.setHash(nil, of: place)
        for above in place.directPath(width: width) {
            // Where a hash is not known, none above it is.
            guard blocks.knowsHash(of: above) else { break }
            blocks.setHash(nil, of: above)
        }
    }

    private mutating func changeIndex(from old: Node?, to new: Node?, at place: NodeIndex) {
        func change(_ old: [UInt8]?, _ new: [UInt8]?, _ kind: KeyIndex.Kind) {
            guard old != new else { return }
            if let old { keys.remove(old, kind, at: place) }
            if let new { keys.insert(new, kind, at: place) }
        }
        change(old?.encryptionKey, new?.encryptionKey, .encryption)
        let (oldLeaf, newLeaf) = (old?.leaf, new?.leaf)
        guard oldLeaf != nil || newLeaf != nil else { return }
        change(oldLeaf?.signatureKey, newLeaf?.signatureKey, .signature)
        if oldLeaf?.credential != newLeaf?.credential {
            change(oldLeaf.flatMap(clientName), newLeaf.flatMap(clientName), .client)
        }
        census.replace(oldLeaf, by: newLeaf)
    }

    private mutating func resize(width newWidth: Int) {
        while width > newWidth {
            let kept = width - 1
            for value in kept..<blocks.count where blocks[NodeIndex(value)] != nil {
                set(nil, at: NodeIndex(value))
            }
            blocks.resize(kept)
        }
        while width < newWidth {
            let total = occupied(below: root)
            blocks.resize(2 * blocks.count + 1)
            blocks.occupied(below: root, by: total)
        }
    }

    /// Computes the hashes that are not known.
    private mutating func fillHashes(below place: NodeIndex) {
        guard let left = place.left, let right = place.right, !blocks.knowsHash(of: place)
        else { return }
        fillHashes(below: left)
        fillHashes(below: right)
        blocks.setHash(
            TreeHash.parent(
                blocks[place]?.parent, left: hash(of: left), right: hash(of: right), hashAlgorithm),
            of: place)
    }
}
