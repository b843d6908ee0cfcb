import MLSCrypto
import TransparencyLog

/// A log and witnesses with keys that follow from a number.
enum Parties {
    static func signer(
        _ name: String, _ type: SignatureType, _ seed: UInt8
    ) throws -> SignerKey {
        try SignerKey(name: NoteLine(name)!, type: type, seed: SHA256.hash([seed]))!
    }

    static let log = try! signer("log.example", .ed25519, 1)
    static let witnesses = (2..<8).map {
        try! signer("witness.example/\($0)", .cosignature, $0)
    }

    /// The checkpoint of the first leaves of a tree, signed by the log and by witnesses.
    static func checkpoint(
        of tree: NaiveTree, size: Int, by witnesses: [SignerKey] = []
    ) throws -> SignedCheckpoint {
        var signed = SignedCheckpoint(
            Checkpoint(origin: log.verifier.name, head: tree.head(size)))
        try signed.sign(with: log, at: 0)
        for witness in witnesses { try signed.sign(with: witness, at: 1_700_000_000) }
        return signed
    }
}
