import LMDBStore
import MLSCrypto
import TransparencyLog

/// What the log's Merkle tree shows to others, each tile in a read transaction of its own.
extension EventLog {
    /// The hashes of a tile of the tree of at most as many leaves as the log has records.
    package func hashes(of tile: Tile) throws(StoreError) -> TileHashes {
        try environment.read { (transaction) throws(StoreError) in
            try tables.readHashes(of: tile, transaction)
        }
    }

    /// What the leaves below a tile of level 0 are made of.
    package func entries(of tile: Tile) throws(StoreError) -> EntryBundle {
        let start = tile.index * UInt64(Tile.fullWidth)
        let leaves = try environment.read { (transaction) throws(StoreError) in
            var leaves: [[UInt8]] = []
            for gseq in start..<start + UInt64(tile.width) {
                leaves.append(try tables.readEnvelope(gseq, transaction).leafData)
            }
            return leaves
        }
        guard let bundle = EntryBundle(leaves) else {
            preconditionFailure("leaves of 36 bytes, at most 256 of them")
        }
        return bundle
    }

    /// The head of the tree of the first `size` records; nil if there are fewer.
    package func treeHead(ofSize size: UInt64) throws(StoreError) -> TreeHead? {
        guard size <= (try head().nextSequence) else { return nil }
        return try TreeHead(size: size, tiles: hashes)
    }

    /// Shows that a record is among the first `size`; nil if it is not, or there are fewer.
    package func inclusionProof(
        of gseq: UInt64, inTreeOf size: UInt64
    ) throws(StoreError) -> InclusionProof? {
        guard size <= (try head().nextSequence) else { return nil }
        return try InclusionProof(of: gseq, inTreeOf: size, tiles: hashes)
    }

    /// Shows that the first `old` records are the first ones of the first `new`; nil if there are fewer.
    package func consistencyProof(
        from old: UInt64, to new: UInt64
    ) throws(StoreError) -> ConsistencyProof? {
        guard new <= (try head().nextSequence) else { return nil }
        return try ConsistencyProof(from: old, to: new, tiles: hashes)
    }
}
