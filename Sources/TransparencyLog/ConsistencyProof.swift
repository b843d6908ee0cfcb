import MLSCrypto

/// A Merkle consistency proof (RFC 6962 §2.1.2): shows that a tree begins with the leaves of an earlier
/// one.
package struct ConsistencyProof: Hashable, Sendable {
    /// What a request to a witness may hold (C2SP tlog-witness).
    package static let lengthLimit = 63

    /// As RFC 6962 orders them.
    package let hashes: [Digest32]

    package init(hashes: [Digest32]) {
        self.hashes = hashes
    }

    /// PROOF(oldSize, D[newSize]); empty if the sizes are equal or the old one is 0. Nil if the old size
    /// is the larger one.
    ///
    /// - Parameter read: gives the hashes of a tile of a tree of `newSize` leaves.
    package init?<E: Error>(
        from oldSize: UInt64, to newSize: UInt64, tiles read: (Tile) throws(E) -> TileHashes
    ) throws(E) {
        guard oldSize <= newSize else { return nil }
        var subtrees = SubtreeHashes(size: newSize)
        var hashes: [Digest32] = []
        for range in Self.ranges(from: oldSize, to: newSize) {
            hashes.append(try subtrees.hash(of: range, tiles: read))
        }
        self.init(hashes: hashes)
    }

    /// The leaves below each hash of the proof, in its order.
    private static func ranges(from oldSize: UInt64, to newSize: UInt64) -> [Range<UInt64>] {
        guard oldSize > 0, oldSize < newSize else { return [] }
        var ranges: [Range<UInt64>] = []
        var range = 0..<newSize
        while oldSize < range.upperBound {
            let split = range.merkleSplit
            if oldSize <= split {
                ranges.append(split..<range.upperBound)
                range = range.lowerBound..<split
            } else {
                ranges.append(range.lowerBound..<split)
                range = split..<range.upperBound
            }
        }
        // A subtree that begins with the first leaf is the old tree itself: its root is known.
        if range.lowerBound > 0 { ranges.append(range) }
        return ranges.reversed()
    }

    /// Whether the proof leads from the old head to the new one (RFC 9162 §2.1.4.2). The empty tree is the
    /// beginning of every tree, by the empty proof.
    package func verifies(from old: TreeHead, to new: TreeHead) -> Bool {
        guard old.size <= new.size, new.size > 0 || new == .empty else { return false }
        if old.size == new.size { return old.root == new.root && hashes.isEmpty }
        if old.size == 0 { return old == .empty && hashes.isEmpty }

        var path = hashes[...]
        let isPerfect = old.size.nonzeroBitCount == 1
        guard var oldNode = isPerfect ? old.root : path.popFirst() else { return false }
        var newNode = oldNode
        // Places, in the row of the nodes reached so far, of the old tree's node and of the last one.
        let height = UInt64((~(old.size - 1)).trailingZeroBitCount)
        var place = (old.size - 1) >> height
        var last = (new.size - 1) >> height
        for hash in path {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                oldNode = MerkleFrontier.nodeHash(hash, oldNode)
                newNode = MerkleFrontier.nodeHash(hash, newNode)
                // The last node of a row rises unchanged until it is the right one of a pair.
                while place & 1 == 0 && place > 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                newNode = MerkleFrontier.nodeHash(newNode, hash)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && oldNode == old.root && newNode == new.root
    }
}
