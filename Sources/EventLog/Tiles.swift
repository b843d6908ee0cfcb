import LMDBStore
import MLSCrypto
import PresentationLanguage
import TransparencyLog

/// A full tile of the Merkle tree, a row of the table `tile`: tile `index` of level `l` holds the
/// hashes of 256 neighbouring subtrees of 256^l leaves each.
///
/// ```
/// opaque hashes[256][32];
/// ```
/// Tiles that are not full are made from the log and from the tiles below them.
struct FullTile: TLSCodable, Sendable {
    /// Hashes of a full tile.
    static let width: UInt64 = 256

    let hashes: [Digest32]

    init(hashes: [Digest32]) {
        precondition(hashes.count == Int(Self.width), "a tile of \(hashes.count) hashes")
        self.hashes = hashes
    }

    init(from reader: inout Reader) throws(DecodingError) {
        var hashes: [Digest32] = []
        hashes.reserveCapacity(Int(Self.width))
        for _ in 0..<Self.width { hashes.append(try Digest32(from: &reader)) }
        self.hashes = hashes
    }

    func write(to writer: inout Writer) {
        for hash in hashes { hash.write(to: &writer) }
    }

    /// The root of the subtree over the hashes.
    var root: Digest32 {
        var hashes = hashes
        while hashes.count > 1 {
            hashes = stride(from: 0, to: hashes.count, by: 2).map {
                MerkleFrontier.nodeHash(hashes[$0], hashes[$0 + 1])
            }
        }
        return hashes[0]
    }
}

extension LogTables {
    /// Writes the tiles that are full when the log has `size` records, a multiple of 256.
    func writeTiles(
        endingAt size: UInt64, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        guard let tile else { return }
        var level: UInt8 = 0
        var count = size / FullTile.width
        while true {
            let hashes = try computeHashes(
                level: level, from: (count - 1) * FullTile.width, count: Int(FullTile.width),
                transaction)
            try transaction.insert(
                FullTile(hashes: hashes).encoded,
                for: Self.tileKey(level: level, index: count - 1), in: tile)
            guard count.isMultiple(of: FullTile.width) else { return }
            count /= FullTile.width
            level += 1
        }
    }

    /// Hashes of a level from its own tile where it is full, otherwise from what is below.
    func readHashes(
        level: UInt8, tile index: UInt64, width: Int,
        _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> [Digest32] {
        if width == Int(FullTile.width), let tile {
            return try readTile(level: level, index: index, tile, transaction).hashes
        }
        return try computeHashes(
            level: level, from: index * FullTile.width, count: width, transaction)
    }

    private func readTile(
        level: UInt8, index: UInt64, _ table: Table,
        _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> FullTile {
        let name = RowName(table: table, number: index)
        let key = Self.tileKey(level: level, index: index)
        guard let tile = try row(name, key, as: FullTile.self, transaction) else {
            throw name.damaged("level \(level) is missing")
        }
        return tile
    }

    /// `count` hashes of a level, from number `start` on, out of the log or the full tiles below.
    func computeHashes(
        level: UInt8, from start: UInt64, count: Int,
        _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> [Digest32] {
        var hashes: [Digest32] = []
        hashes.reserveCapacity(count)
        for number in start..<start + UInt64(count) {
            if level == 0 {
                let envelope = try readEnvelope(number, transaction)
                hashes.append(MerkleFrontier.leafHash(envelope.leafData))
            } else {
                let below = try readHashes(
                    level: level - 1, tile: number, width: Int(FullTile.width), transaction)
                hashes.append(FullTile(hashes: below).root)
            }
        }
        return hashes
    }
}
