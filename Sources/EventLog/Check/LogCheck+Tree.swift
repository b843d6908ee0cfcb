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
        var level: UInt8 = 0
        var count = size / FullTile.width
        while count > 0 {
            for index in 0..<count { checkTile(level, index) }
            count /= FullTile.width
            level += 1
        }
    }

    private func checkTile(_ level: UInt8, _ index: UInt64) {
        // What is damaged below was told of.
        guard
            let computed = try? log.environment.read({ (transaction) throws(StoreError) in
                try tables.computeHashes(
                    level: level, from: index * FullTile.width, count: Int(FullTile.width),
                    transaction)
            })
        else { return }
        let first = index << (8 * UInt64(level + 1))
        let expected = "the hashes of the records from \(first) on, at level \(level)"
        let stored = reading(.tile, gseq: first, expected: expected) {
            (transaction) throws(StoreError) in
            try tables.readHashes(
                level: level, tile: index, width: Int(FullTile.width), transaction)
        }
        guard let stored, stored != computed else { return }
        let place = zip(stored, computed).enumerated().first { $0.element.0 != $0.element.1 }
        report(
            LogFlaw(
                .tile, gseq: first, expected: expected,
                actual: "another hash at place \(place?.offset ?? 0)"))
    }
}
