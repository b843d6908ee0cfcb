import MLSCrypto

/// The size of a Merkle tree and its root, MTH(D[size]) of RFC 6962 §2.1.
package struct TreeHead: Hashable, Sendable {
    /// Leaves of the tree.
    package let size: UInt64
    package let root: Digest32

    package init(size: UInt64, root: Digest32) {
        self.size = size
        self.root = root
    }

    /// The head of the tree without leaves.
    package static let empty = TreeHead(size: 0, root: SHA256.hash([]))

    /// The head of the tree of the first `size` leaves, from the tiles of that tree.
    ///
    /// - Parameter read: gives the hashes of a tile of a tree of `size` leaves.
    package init<E: Error>(
        size: UInt64, tiles read: (Tile) throws(E) -> TileHashes
    ) throws(E) {
        self.size = size
        guard size > 0 else {
            root = Self.empty.root
            return
        }
        var subtrees = SubtreeHashes(size: size)
        root = try subtrees.hash(of: 0..<size, tiles: read)
    }
}

extension MerkleFrontier {
    package var head: TreeHead { TreeHead(size: size, root: root) }
}
