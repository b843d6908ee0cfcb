/// A log as the files of a directory that any web server can serve (C2SP tlog-tiles).
package enum LogDirectory {
    /// Calls `write` with each file that a directory of a tree of `oldSize` leaves lacks, to become that of
    /// the signed checkpoint: entries and tiles from left to right, `checkpoint` last, so that whoever
    /// reads it finds all that it needs. Files of the old tree stay as they are; of partial tiles
    /// that were overtaken, nobody has need anymore.
    ///
    /// - Parameters:
    ///   - read: gives the hashes of a tile of the new tree.
    ///   - entries: gives the data of the leaves below a tile of level 0.
    package static func update<E: Error>(
        from oldSize: UInt64, to signed: SignedCheckpoint,
        tiles read: (Tile) throws(E) -> TileHashes,
        entries: (Tile) throws(E) -> EntryBundle,
        write: (LogResource, [UInt8]) throws(E) -> Void
    ) throws(E) {
        for tile in TileSequence(from: oldSize, to: signed.checkpoint.head.size) {
            if tile.level == 0 { try write(.entries(tile), entries(tile).encoded) }
            try write(.tile(tile), read(tile).encoded)
        }
        try write(.checkpoint, signed.encoded)
    }
}
