import Foundation
import MLSCrypto
import TransparencyLog

/// A log of records as a store has them, written to a directory size by size.
struct ExportedLog {
    static let key = try! SignerKey(
        name: NoteLine("log.example/rooms")!, type: .ed25519, seed: SHA256.hash([1]))!

    let directory: URL
    /// The sizes that the directory was brought to, one after the other.
    private(set) var sizes: [UInt64] = []
    /// "MHS1" and the hash of an envelope.
    private let leaves: [[UInt8]]
    /// By level, the hashes of full tiles below them; of level 0, the leaves.
    private let rows: [[Digest32]]

    init(in directory: URL, size: Int) {
        self.directory = directory
        leaves = (0..<size).map {
            Array("MHS1".utf8) + SHA256.hash(Array("envelope \($0)".utf8)).bytes
        }
        var rows = [leaves.map(MerkleFrontier.leafHash)]
        while let row = rows.last, row.count >= 256 {
            let level = UInt8(rows.count - 1)
            var above: [Digest32] = []
            for index in 0..<row.count / 256 {
                let tile = Tile(level: level, index: UInt64(index))!
                let hashes = Array(row[256 * index..<256 * index + 256])
                above.append(TileHashes(tile, hashes)!.root!)
            }
            rows.append(above)
        }
        self.rows = rows
    }

    private func hashes(_ tile: Tile) -> TileHashes {
        let start = Int(tile.index) * 256
        return TileHashes(
            tile, Array(rows[Int(tile.level)][start..<start + tile.width]))!
    }

    private func signed(_ size: UInt64) -> SignedCheckpoint {
        Self.signed(TreeHead(size: size, tiles: hashes))
    }

    static func signed(_ head: TreeHead) -> SignedCheckpoint {
        var signed = SignedCheckpoint(Checkpoint(origin: key.verifier.name, head: head))
        try! signed.sign(with: key, at: 0)
        return signed
    }

    /// Adds the files that the first `size` leaves need, and keeps their checkpoint in `proof/`.
    mutating func grow(to size: UInt64) throws {
        let signed = signed(size)
        try LogDirectory.update(
            from: sizes.last ?? 0, to: signed, tiles: hashes,
            entries: { tile in
                let start = Int(tile.index) * 256
                return EntryBundle(Array(leaves[start..<start + tile.width]))!
            },
            write: { try write($1, $0.path) })
        try write(signed.encoded, "proof/\(size).checkpoint")
        sizes.append(size)
    }

    /// Puts receipts for these entries and proofs from each earlier size to the last one into `proof/`.
    func prove(_ indexes: [UInt64]) throws {
        guard let size = sizes.last else { return }
        let signed = signed(size)
        for index in indexes {
            let inclusion = InclusionProof(of: index, inTreeOf: size, tiles: hashes)!
            try write(
                LogProof(inclusion: inclusion, signed: signed).encoded,
                "proof/\(index).tlog-proof")
        }
        for old in sizes.dropLast() {
            let proof = ConsistencyProof(from: old, to: size, tiles: hashes)!
            let request = AddCheckpoint(oldSize: old, proof: proof, signed: signed)
            try write(request.encoded, "proof/\(old)-\(size).add-checkpoint")
        }
    }

    private func write(_ bytes: [UInt8], _ path: String) throws {
        let file = directory.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }
}
