import MLSCrypto

/// What a log asks a witness to sign (C2SP tlog-witness, "add-checkpoint").
///
/// ```
/// old <tree size, decimal>
/// <hash, base64>                          the consistency proof from the old size; at most 63
/// …
///
/// <signed checkpoint>
/// ```
package struct AddCheckpoint: Hashable, Sendable {
    /// Size of the checkpoint which the witness signed last; 0: none.
    package let oldSize: UInt64
    package let proof: ConsistencyProof
    package let signed: SignedCheckpoint

    package init(oldSize: UInt64, proof: ConsistencyProof, signed: SignedCheckpoint) {
        self.oldSize = oldSize
        self.proof = proof
        self.signed = signed
    }

    package init(parsing bytes: [UInt8]) throws(TextError) {
        var reader = try LineReader(bytes)
        oldSize = try reader.read(after: "old ", "old size", decimal)
        let hashes = try reader.readBlock("a hash", limit: ConsistencyProof.lengthLimit) {
            Digest32(base64: $0)
        }
        proof = ConsistencyProof(hashes: hashes)
        signed = try SignedCheckpoint(from: &reader)
    }

    package var encoded: [UInt8] {
        let lines = ["old \(oldSize)"] + proof.hashes.map(\.base64)
        return lines.flatMap { Array("\($0)\n".utf8) } + Array("\n".utf8) + signed.encoded
    }
}
