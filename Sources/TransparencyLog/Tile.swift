import MLSCrypto
import PresentationLanguage

/// The place of up to 256 consecutive hashes of a Merkle tree (C2SP tlog-tiles, "Merkle Tree").
///
/// A tile of level `l` holds hashes of subtrees of 256^l leaves, in the language of RFC 6962 §2.1
/// MTH(D[(256n + i) · 256^l : (256n + i + 1) · 256^l]) for i from 0. It is *full* with 256 of them;
/// only the last tile of a level is narrower.
package struct Tile: Hashable, Sendable {
    package static let fullWidth = 256
    /// 256^8 leaves are more than a tree can have.
    package static let levels: ClosedRange<UInt8> = 0...7

    package let level: UInt8
    /// Place of the tile among those of its level; n above.
    package let index: UInt64
    /// Hashes in the tile, 1 to 256.
    package let width: Int

    /// Nil if no tree of less than 2^64 leaves has such a tile.
    package init?(level: UInt8, index: UInt64, width: Int = Self.fullWidth) {
        guard Self.levels.contains(level), (1...Self.fullWidth).contains(width) else { return nil }
        let subtrees = UInt64.max >> (8 * UInt64(level))
        guard UInt64(width) <= subtrees, index <= (subtrees - UInt64(width)) / 256 else {
            return nil
        }
        self.init(level, index, width)
    }

    private init(_ level: UInt8, _ index: UInt64, _ width: Int) {
        self.level = level
        self.index = index
        self.width = width
    }

    /// The tile as it is in a tree of `size` leaves, which must reach into it.
    init(level: UInt8, index: UInt64, inTreeOf size: UInt64) {
        let subtrees = size >> (8 * UInt64(level))
        precondition(subtrees > index * 256, "the tree does not reach into the tile")
        self.init(level, index, Int(min(subtrees - index * 256, 256)))
    }

    package var isFull: Bool { width == Self.fullWidth }
}

/// The hashes of a tile.
package struct TileHashes: Hashable, Sendable {
    package let tile: Tile
    /// As many as the tile is wide.
    package let hashes: [Digest32]

    /// Nil if the number of hashes is not the tile's width.
    package init?(_ tile: Tile, _ hashes: [Digest32]) {
        guard hashes.count == tile.width else { return nil }
        self.tile = tile
        self.hashes = hashes
    }

    /// The hash of the subtree over a full tile: a hash of the level above. Nil of a partial tile, which
    /// is never hashed into another.
    package var root: Digest32? {
        tile.isFull ? SubtreeHashes.perfectRoot(hashes[...]) : nil
    }
}

/// `opaque hashes[width][32]`: how a tile is stored and served.
extension TileHashes {
    package init(_ tile: Tile, parsing bytes: [UInt8]) throws(DecodingError) {
        var reader = try Reader(bytes.span.bytes)
        self.tile = tile
        var hashes: [Digest32] = []
        hashes.reserveCapacity(tile.width)
        for _ in 0..<tile.width { hashes.append(try Digest32(from: &reader)) }
        try reader.finish()
        self.hashes = hashes
    }
}

extension TileHashes: TLSEncodable {
    package func write(to writer: inout Writer) {
        for hash in hashes { hash.write(to: &writer) }
    }
}
