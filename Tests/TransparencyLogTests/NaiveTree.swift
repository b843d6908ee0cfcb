import MLSCrypto
import TransparencyLog

/// A Merkle tree that is computed as RFC 6962 §2.1 words it, from all of its leaves.
struct NaiveTree {
    /// Data of the leaves.
    let leaves: [[UInt8]]

    init(_ leaves: [[UInt8]]) {
        self.leaves = leaves
    }

    /// A tree of leaves that all differ.
    init(size: Int) {
        self.init((0..<size).map { Array("leaf \($0)".utf8) })
    }

    /// MTH(D[range])
    func hash(_ range: Range<Int>) -> Digest32 {
        if range.isEmpty { return SHA256.hash([]) }
        if range.count == 1 { return SHA256.hash([0] + leaves[range.lowerBound]) }
        let split = range.lowerBound + Self.split(range.count)
        let left = hash(range.lowerBound..<split)
        let right = hash(split..<range.upperBound)
        return SHA256.hash([1] + left.bytes + right.bytes)
    }

    func head(_ size: Int) -> TreeHead {
        TreeHead(size: UInt64(size), root: hash(0..<size))
    }

    /// PATH(m, D[range])
    func path(_ m: Int, _ range: Range<Int>) -> [Digest32] {
        if range.count == 1 { return [] }
        let k = Self.split(range.count)
        let middle = range.lowerBound + k
        if m < k {
            return path(m, range.lowerBound..<middle) + [hash(middle..<range.upperBound)]
        }
        return path(m - k, middle..<range.upperBound) + [hash(range.lowerBound..<middle)]
    }

    /// PROOF(m, D[n]) for 0 < m < n
    func proof(_ m: Int, _ n: Int) -> [Digest32] {
        subproof(m, 0..<n, true)
    }

    private func subproof(_ m: Int, _ range: Range<Int>, _ isKnown: Bool) -> [Digest32] {
        if m == range.count { return isKnown ? [] : [hash(range)] }
        let k = Self.split(range.count)
        let middle = range.lowerBound + k
        if m <= k {
            return subproof(m, range.lowerBound..<middle, isKnown)
                + [hash(middle..<range.upperBound)]
        }
        return subproof(m - k, middle..<range.upperBound, false)
            + [hash(range.lowerBound..<middle)]
    }

    private static func split(_ count: Int) -> Int {
        var split = 1
        while split * 2 < count { split *= 2 }
        return split
    }

    /// The hashes of a tile.
    func hashes(_ tile: Tile) -> TileHashes {
        var width = 1
        for _ in 0..<tile.level { width *= 256 }
        let hashes = (0..<tile.width).map { place in
            let start = (Int(tile.index) * 256 + place) * width
            return hash(start..<start + width)
        }
        return TileHashes(tile, hashes)!
    }

    /// Data of the leaves below a tile of level 0.
    func entries(_ tile: Tile) -> EntryBundle {
        let start = Int(tile.index) * 256
        return EntryBundle(Array(leaves[start..<start + tile.width]))!
    }
}
