import MLSCrypto

/// A receipt: shows, with a ``TrustPolicy`` and nothing else, that an entry is in a log
/// (C2SP tlog-proof).
///
/// ```
/// c2sp.org/tlog-proof@v1
/// extra <base64>                          optional
/// index <decimal>
/// <hash, base64>                          the inclusion proof, from the leaf's sibling upwards
/// …
///
/// <signed checkpoint>
/// ```
package struct LogProof: Hashable, Sendable {
    /// Data of the application that nothing protects; nil if there is none.
    package let extra: [UInt8]?
    package let inclusion: InclusionProof
    package let signed: SignedCheckpoint

    private static let header = "c2sp.org/tlog-proof@v1"

    /// - Parameter extra: not empty.
    package init(inclusion: InclusionProof, signed: SignedCheckpoint, extra: [UInt8]? = nil) {
        precondition(extra?.isEmpty != true, "without extra data there is no line for it")
        self.extra = extra
        self.inclusion = inclusion
        self.signed = signed
    }

    package init(parsing bytes: [UInt8]) throws(TextError) {
        var reader = try LineReader(bytes)
        try reader.read("c2sp.org/tlog-proof@v1") { $0.elementsEqual(Self.header.utf8) ? () : nil }
        extra = try reader.readOptional(after: "extra ", "extra data") { line in
            Base64.decode(line).flatMap { $0.isEmpty ? nil : $0 }
        }
        let index = try reader.read(after: "index ", "index", decimal)
        let hashes = try reader.readBlock("a hash", limit: InclusionProof.lengthLimit) {
            Digest32(base64: $0)
        }
        inclusion = InclusionProof(index: index, hashes: hashes)
        signed = try SignedCheckpoint(from: &reader)
    }

    package var encoded: [UInt8] {
        var lines = [Self.header]
        if let extra { lines.append("extra \(Base64.encode(extra))") }
        lines.append("index \(inclusion.index)")
        lines += inclusion.hashes.map(\.base64)
        return lines.flatMap { Array("\($0)\n".utf8) } + Array("\n".utf8) + signed.encoded
    }

    /// Why a receipt shows nothing.
    package enum Refusal: Error, Hashable, Sendable {
        case checkpoint(TrustPolicy.Refusal)
        /// The checkpoint is trusted, and the entry is not shown to be below it.
        case notIncluded
    }

    /// The trusted checkpoint below which the proof shows an entry with this data.
    package func verify(
        leafData: [UInt8], by policy: TrustPolicy
    ) throws(Refusal) -> VerifiedCheckpoint {
        let verified: VerifiedCheckpoint
        do throws(TrustPolicy.Refusal) {
            verified = try policy.verify(signed)
        } catch {
            throw .checkpoint(error)
        }
        let leafHash = MerkleFrontier.leafHash(leafData)
        guard inclusion.verifies(leafHash: leafHash, in: verified.head) else {
            throw .notIncluded
        }
        return verified
    }
}
