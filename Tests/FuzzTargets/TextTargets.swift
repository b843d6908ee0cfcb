import MLSCrypto
import PresentationLanguage
import RoomPolicy
import TestSupport
import TransparencyLog

extension FuzzTarget {
    /// The text formats of the transparency log, and URIs. The first byte says which.
    package static let texts = FuzzTarget(name: "texts") {
        try LogTexts.seeds()
    } run: { (input) throws(FuzzFinding) in
        guard let first = input.first else { return false }
        return try LogTexts.accepts(Array(input.dropFirst()), as: Int(first) % LogTexts.kinds)
    }
}

private enum LogTexts {
    static let kinds = 12
    private static let name = NoteLine("log.example")!

    private static func signer(_ type: SignatureType) throws -> SignerKey {
        guard let key = try SignerKey(name: name, type: type, seed: SHA256.hash([7])) else {
            throw FuzzFinding("no key has this name")
        }
        return key
    }

    static func seeds() throws -> [[UInt8]] {
        let log = try signer(.ed25519)
        let witness = try signer(.cosignature)
        let leaves = [[UInt8(1)], [2]].map(MerkleFrontier.leafHash)
        let root = MerkleFrontier.nodeHash(leaves[0], leaves[1])
        var signed = SignedCheckpoint(
            Checkpoint(origin: name, head: TreeHead(size: 2, root: root)))
        try signed.sign(with: log, at: 0)
        try signed.sign(with: witness, at: 1_700_000_000)
        let proof = LogProof(
            inclusion: InclusionProof(index: 0, hashes: [leaves[1]]), signed: signed, extra: [1])
        let request = AddCheckpoint(
            oldSize: 1, proof: ConsistencyProof(hashes: [leaves[1]]), signed: signed)
        let policy = "log \(log.verifier.text)\nwitness w \(witness.verifier.text)\nquorum w\n"
        let paths = ["checkpoint", "tile/0/000", "tile/entries/x001/234.p/7"]
        let texts: [(kind: UInt8, text: [UInt8])] =
            [
                (0, signed.encoded), (1, signed.checkpoint.text), (2, signed.encoded),
                (3, proof.encoded), (4, request.encoded), (5, Array(log.verifier.text.utf8)),
                (6, Array(log.text.utf8)), (7, Array(policy.utf8)), (9, [0, 2, 7, 7]),
                (10, Array(try log.sign([1], at: 0).line.utf8)), (11, Clubhouse.uri.bytes),
            ] + paths.map { (8, Array($0.utf8)) }
        return texts.map { [$0.kind] + $0.text }
    }

    /// What is read must be written as it was.
    static func accepts(_ bytes: [UInt8], as kind: Int) throws(FuzzFinding) -> Bool {
        let written: [UInt8]?
        switch kind {
        case 0:
            let signed = try? SignedCheckpoint(parsing: bytes)
            if let signed, let key = try? signer(.ed25519).verifier {
                _ = try? TrustPolicy(logs: [key]).verify(signed)
            }
            written = signed?.encoded
        case 1: written = (try? Checkpoint(parsing: bytes))?.text
        case 2: written = (try? SignedNote(parsing: bytes))?.encoded
        case 3: written = try proof(bytes)
        case 4: written = try request(bytes)
        case 5: written = (try? VerifierKey(parsing: bytes)).map { Array($0.text.utf8) }
        case 6: written = (try? SignerKey(parsing: bytes)).map { Array($0.text.utf8) }
        // A policy may be written in more than one way, and is never written.
        case 7: return (try? TrustPolicy(parsing: bytes)) != nil
        case 8:
            written = String(validating: bytes, as: UTF8.self)
                .flatMap { LogResource(path: $0) }.map { Array($0.path.utf8) }
        case 9: written = (try? EntryBundle(parsing: bytes, width: 1))?.encoded
        case 10:
            written = (try? NoteSignature.parse(lines: bytes)).map {
                $0.flatMap { Array($0.line.utf8) }
            }
        default: written = MIMIURI(bytes)?.bytes
        }
        try FuzzFinding.unless(
            written == nil || written == bytes, "text \(kind) is written otherwise")
        return written != nil
    }

    private static func proof(_ bytes: [UInt8]) throws(FuzzFinding) -> [UInt8]? {
        guard let proof = try? LogProof(parsing: bytes) else { return nil }
        let leaf = MerkleFrontier.leafHash([1])
        _ = proof.inclusion.verifies(leafHash: leaf, in: proof.signed.checkpoint.head)
        return proof.encoded
    }

    private static func request(_ bytes: [UInt8]) throws(FuzzFinding) -> [UInt8]? {
        guard let request = try? AddCheckpoint(parsing: bytes) else { return nil }
        guard let key = try? signer(.ed25519).verifier else { return nil }
        var witness = Witness(logs: [key])
        _ = witness.judge(request)
        return request.encoded
    }
}
