import MLSCrypto

/// A Merkle audit path (RFC 6962 §2.1.1): shows that a leaf is in a tree.
package struct InclusionProof: Hashable, Sendable {
    /// A tree of less than 2^64 leaves has no longer path.
    package static let lengthLimit = 64

    /// The leaf's place in the tree, from 0.
    package let index: UInt64
    /// From the leaf's sibling to the root's child.
    package let hashes: [Digest32]

    package init(index: UInt64, hashes: [Digest32]) {
        self.index = index
        self.hashes = hashes
    }

    /// PATH(index, D[size]), or nil if the tree has no such leaf.
    ///
    /// - Parameter read: gives the hashes of a tile of a tree of `size` leaves.
    package init?<E: Error>(
        of index: UInt64, inTreeOf size: UInt64, tiles read: (Tile) throws(E) -> TileHashes
    ) throws(E) {
        guard index < size else { return nil }
        var siblings: [Range<UInt64>] = []
        var range = 0..<size
        while range.upperBound - range.lowerBound > 1 {
            let split = range.merkleSplit
            if index < split {
                siblings.append(split..<range.upperBound)
                range = range.lowerBound..<split
            } else {
                siblings.append(range.lowerBound..<split)
                range = split..<range.upperBound
            }
        }
        var subtrees = SubtreeHashes(size: size)
        var hashes: [Digest32] = []
        for sibling in siblings.reversed() {
            hashes.append(try subtrees.hash(of: sibling, tiles: read))
        }
        self.init(index: index, hashes: hashes)
    }

    /// Whether the proof leads from a leaf with this hash to the head (RFC 9162 §2.1.3.2).
    package func verifies(leafHash: Digest32, in head: TreeHead) -> Bool {
        guard index < head.size else { return false }
        // Places, in the row of the node reached so far, of that node and of the last one.
        var place = index
        var last = head.size - 1
        var node = leafHash
        for hash in hashes {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                node = MerkleFrontier.nodeHash(hash, node)
                // The last node of a row rises unchanged until it is the right one of a pair.
                while place & 1 == 0 && place > 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                node = MerkleFrontier.nodeHash(node, hash)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && node == head.root
    }
}
