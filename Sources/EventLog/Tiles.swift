import LMDBStore
import MLSCrypto
import PresentationLanguage
import TransparencyLog

/// The full tiles of the Merkle tree are rows of the table `tile`, each a ``TileHashes`` of 256 hashes.
/// Tiles that are not full are made from the log and from the tiles below them.
extension LogTables {
    /// Whether tiles are full when the log has `size` records.
    static func hasNewTiles(_ size: UInt64) -> Bool {
        size > 0 && size.isMultiple(of: UInt64(Tile.fullWidth))
    }

    /// Writes the tiles that are full when the log has `size` records, and were not with one less.
    func writeTiles(
        endingAt size: UInt64, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        guard let table = tile else { return }
        var level: UInt8 = 0
        var count = size
        while Self.hasNewTiles(count), Tile.levels.contains(level) {
            count /= UInt64(Tile.fullWidth)
            guard let tile = Tile(level: level, index: count - 1) else { return }
            let hashes = try computeHashes(of: tile, transaction)
            try transaction.insert(
                hashes.encoded, for: Self.tileKey(level: level, index: tile.index), in: table)
            level += 1
        }
    }

    /// The hashes of a tile from its row where it is full, otherwise from what is below.
    func readHashes(
        of tile: Tile, _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> TileHashes {
        guard tile.isFull, let table = self.tile else {
            return try computeHashes(of: tile, transaction)
        }
        let name = RowName(table: table, number: tile.index)
        let key = Self.tileKey(level: tile.level, index: tile.index)
        guard let value = try transaction.get(key, in: table) else {
            throw name.damaged("level \(tile.level) is missing")
        }
        do throws(DecodingError) {
            return try TileHashes(tile, parsing: value)
        } catch {
            throw name.error(error)
        }
    }

    /// The hashes of a tile out of the log, or out of the full tiles below.
    func computeHashes(
        of tile: Tile, _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> TileHashes {
        var hashes: [Digest32] = []
        hashes.reserveCapacity(tile.width)
        let start = tile.index * UInt64(Tile.fullWidth)
        for number in start..<start + UInt64(tile.width) {
            if tile.level == 0 {
                let envelope = try readEnvelope(number, transaction)
                hashes.append(MerkleFrontier.leafHash(envelope.leafData))
            } else {
                guard let below = Tile(level: tile.level - 1, index: number),
                    let root = try readHashes(of: below, transaction).root
                else { preconditionFailure("a tile without tiles below") }
                hashes.append(root)
            }
        }
        guard let row = TileHashes(tile, hashes) else {
            preconditionFailure("as many hashes as the tile is wide")
        }
        return row
    }
}
