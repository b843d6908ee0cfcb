import LMDBStore
import MLSCrypto
import PresentationLanguage
import TransparencyLog

/// The Merkle tree: the head, the full tiles, and the checkpoints that are kept.
extension LogCheck {
    func checkHead() {
        guard hasAllLeaves, head.frontier != frontier || head.timeMs != lastTime else { return }
        report(
            LogFlaw(
                .head, expected: "root \(frontier.root), time \(lastTime)",
                actual: "root \(head.frontier.root), time \(head.timeMs)"))
    }

    func checkTree() {
        checkTiles()
        for checkpoint in checkpoints where checkpoint.size <= size {
            guard let root = root(ofSize: checkpoint.size), root != checkpoint.root else {
                continue
            }
            report(
                LogFlaw(
                    .checkpoint, gseq: checkpoint.size, expected: "root \(root)",
                    actual: "root \(checkpoint.root)"))
        }
    }

    /// Every full tile, made again from what is below it.
    private func checkTiles() {
        guard tables.tile != nil else { return }
        for tile in TileSequence(from: 0, to: size) where tile.isFull { check(tile) }
    }

    private func check(_ tile: Tile) {
        // What is damaged below was told of.
        guard
            let computed = try? log.environment.read({ (transaction) throws(StoreError) in
                try tables.computeHashes(of: tile, transaction)
            })
        else { return }
        let first = tile.index << (8 * UInt64(tile.level + 1))
        let expected = "the hashes of the records from \(first) on, at level \(tile.level)"
        let stored = reading(.tile, gseq: first, expected: expected) {
            (transaction) throws(StoreError) in
            try tables.readHashes(of: tile, transaction)
        }
        guard let stored, stored != computed else { return }
        let place = zip(stored.hashes, computed.hashes).enumerated().first {
            $0.element.0 != $0.element.1
        }
        report(
            LogFlaw(
                .tile, gseq: first, expected: expected,
                actual: "another hash at place \(place?.offset ?? 0)"))
    }
}
