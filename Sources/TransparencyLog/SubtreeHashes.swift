import MLSCrypto

/// Hashes of subtrees of one tree, computed from its tiles. Tiles are kept once they were read: a proof
/// needs few, but some of them for several subtrees.
struct SubtreeHashes {
    /// Leaves of the tree.
    private let size: UInt64
    private var known: [Tile: TileHashes] = [:]

    init(size: UInt64) {
        self.size = size
    }

    /// MTH(D[range]) of RFC 6962 §2.1. The range is not empty and is one that the definition of MTH
    /// comes to: it starts at a multiple of a power of two that is not less than its length.
    mutating func hash<E: Error>(
        of range: Range<UInt64>, tiles read: (Tile) throws(E) -> TileHashes
    ) throws(E) -> Digest32 {
        var peaks: [Digest32] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let height = 63 - (range.upperBound - start).leadingZeroBitCount
            peaks.append(try perfectHash(height: height, index: start >> height, tiles: read))
            start += 1 << height
        }
        var node = peaks.removeLast()
        for peak in peaks.reversed() { node = MerkleFrontier.nodeHash(peak, node) }
        return node
    }

    /// The hash of the subtree over leaves index · 2^height to (index + 1) · 2^height.
    private mutating func perfectHash<E: Error>(
        height: Int, index: UInt64, tiles read: (Tile) throws(E) -> TileHashes
    ) throws(E) -> Digest32 {
        let above = height % 8
        let first = index << above
        let tile = Tile(level: UInt8(height / 8), index: first / 256, inTreeOf: size)
        let hashes: TileHashes
        if let found = known[tile] {
            hashes = found
        } else {
            hashes = try read(tile)
            precondition(hashes.tile == tile, "hashes of another tile")
            known[tile] = hashes
        }
        let start = Int(first % 256)
        return Self.perfectRoot(hashes.hashes[start..<start + 1 << above])
    }

    /// The root over 1, 2, 4 … hashes of one height.
    static func perfectRoot(_ hashes: ArraySlice<Digest32>) -> Digest32 {
        var row = Array(hashes)
        while row.count > 1 {
            row = stride(from: 0, to: row.count, by: 2).map {
                MerkleFrontier.nodeHash(row[$0], row[$0 + 1])
            }
        }
        return row[0]
    }
}

extension Range<UInt64> {
    /// Where RFC 6962 §2.1 splits a list of two or more leaves: after the largest power of two that is
    /// less than their number.
    var merkleSplit: UInt64 {
        lowerBound + 1 << (63 - (upperBound - lowerBound - 1).leadingZeroBitCount)
    }
}
