import MLSCrypto
import MLSMessages

/// A tree with changes laid over it, which it does not copy: what a commit makes of the tree,
/// before it is decided whether the commit is accepted.
package struct TreeDraft: TreeView {
    private let base: RatchetTree
    package private(set) var width: Int
    private var changed: [NodeIndex: Node?] = [:]
    /// Nodes at or above a change, with their hash where it was computed since.
    private var touched: [NodeIndex: [UInt8]?] = [:]
    private var occupancyChange: [NodeIndex: Int] = [:]
    private var censusChange = CapabilityCensus()
    private var encryptionKeys: [[UInt8]: Int] = [:]
    private var signatureKeys: [[UInt8]: Int] = [:]
    private var clients: [[UInt8]: Int] = [:]

    package init(_ base: RatchetTree) {
        self.base = base
        width = base.width
    }

    package func node(at place: NodeIndex) -> Node? {
        if let change = changed[place] { return change }
        return isInBase(place) ? base.node(at: place) : nil
    }

    package func occupied(below place: NodeIndex) -> Int {
        baseOccupied(below: place) + occupancyChange[place, default: 0]
    }

    /// Members of the tree as it is now.
    var membership: Membership { base.membership(adding: censusChange) }

    /// How many nodes of the tree hold an encryption_key.
    func holders(encryptionKey key: [UInt8]) -> Int {
        encryptionKeys[key, default: 0] + unchanged(base.places(encryptionKey: key))
    }

    /// How many leaves hold a signature_key.
    func holders(signatureKey key: [UInt8]) -> Int {
        signatureKeys[key, default: 0] + unchanged(base.places(signatureKey: key))
    }

    /// How many leaves are of a client.
    func holders(client name: [UInt8]) -> Int {
        clients[name, default: 0] + unchanged(base.places(client: name))
    }

    func clientName(_ credential: Credential) -> [UInt8]? { base.clientName(credential) }

    /// The changes as a value that no longer holds the tree.
    package mutating func finish() -> TreeChange {
        _ = treeHash()
        // A hash survives only inside the final tree.
        let hashes = touched.compactMapValues { $0 }.filter { $0.key.value < 2 * width - 1 }
        return TreeChange(
            width: width, nodes: changed.filter { $0.key.value < 2 * width - 1 }, hashes: hashes)
    }

    // MARK: Changes

    package mutating func set(_ node: Node?, at place: NodeIndex) {
        let old = self.node(at: place)
        if old == nil, node == nil { return }
        if let old, changed[place] != nil { countKeys(old, -1) }
        changed.updateValue(node, forKey: place)
        if let node { countKeys(node, 1) }
        if place.isLeaf {
            censusChange.replace(old?.leaf, by: node?.leaf)
            count((node == nil ? 0 : 1) - (old == nil ? 0 : 1), at: place)
        }
        touched.updateValue(nil, forKey: place)
        for above in place.directPath(width: width) {
            // Where a hash is to be computed, all above it are.
            if let known = touched.updateValue(nil, forKey: above), known == nil { break }
        }
    }

    /// Doubles the tree; the new half is blank.
    mutating func extend() {
        let total = occupied(below: root)
        width *= 2
        touched.updateValue(nil, forKey: root)
        occupancyChange[root] = total - baseOccupied(below: root)
    }

    /// Halves the tree while its right half is blank.
    mutating func truncate() {
        while width > 1, let right = root.right, occupied(below: right) == 0 {
            width /= 2
        }
    }

    /// Keys of nodes that this draft set; the base counts its own.
    private mutating func countKeys(_ node: Node, _ step: Int) {
        encryptionKeys[node.encryptionKey, default: 0] += step
        guard let leaf = node.leaf else { return }
        signatureKeys[leaf.signatureKey, default: 0] += step
        if let name = base.clientName(leaf.credential) { clients[name, default: 0] += step }
    }

    private mutating func count(_ step: Int, at place: NodeIndex) {
        guard step != 0 else { return }
        for above in [place] + place.directPath(width: width) {
            occupancyChange[above, default: 0] += step
        }
    }

    // MARK: Hashes

    /// The hash of the whole tree (RFC 9420 §7.8).
    package mutating func treeHash() -> [UInt8] { hash(of: root) }

    package mutating func hash(of place: NodeIndex) -> [UInt8] {
        if let known = touched[place] {
            if let known { return known }
        } else if isInBase(place) {
            return base.hash(of: place)
        }
        let hash: [UInt8]
        if let left = place.left, let right = place.right {
            let leftHash = self.hash(of: left)
            let rightHash = self.hash(of: right)
            hash = TreeHash.parent(
                node(at: place)?.parent, left: leftHash, right: rightHash, base.hashAlgorithm)
        } else {
            hash = TreeHash.leaf(node(at: place)?.leaf, at: place.leaf, base.hashAlgorithm)
        }
        touched.updateValue(hash, forKey: place)
        return hash
    }

    // MARK: The tree below

    private func isInBase(_ place: NodeIndex) -> Bool { place.value < 2 * base.width - 1 }

    private func baseOccupied(below place: NodeIndex) -> Int {
        if isInBase(place) { return base.occupied(below: place) }
        // Outside, only the ancestors of the old root have anything below them.
        return place.subtree.contains(base.root.value) ? base.occupied(below: base.root) : 0
    }

    /// How many of the places are still there and hold what the base has there.
    private func unchanged(_ places: [NodeIndex]) -> Int {
        places.count { $0.value < 2 * width - 1 && changed[$0] == nil }
    }
}
