import MLSCrypto
import Testing
import TransparencyLog

@Suite struct LogProofTests {
    private let tree = NaiveTree(size: 11)
    private let policy = TrustPolicy(logs: [Parties.log.verifier])

    private func receipt(_ index: UInt64, extra: [UInt8]? = nil) throws -> LogProof {
        let inclusion = try #require(
            InclusionProof(of: index, inTreeOf: 11, tiles: tree.hashes))
        return LogProof(
            inclusion: inclusion, signed: try Parties.checkpoint(of: tree, size: 11),
            extra: extra)
    }

    @Test func aReceiptShowsItsEntryAndNoOther() throws {
        for index in 0..<11 {
            let bytes = try receipt(UInt64(index)).encoded
            let proof = try LogProof(parsing: bytes)
            #expect(proof.encoded == bytes)
            for other in 0..<11 {
                let leaf = tree.leaves[other]
                if other == index {
                    #expect(try proof.verify(leafData: leaf, by: policy).head == tree.head(11))
                } else {
                    #expect(throws: LogProof.Refusal.notIncluded) {
                        try proof.verify(leafData: leaf, by: policy)
                    }
                }
            }
        }
    }

    @Test func theLinesAreThoseOfTheSpecification() throws {
        let proof = try receipt(10, extra: Array("foo".utf8))
        let text = String(decoding: proof.encoded, as: UTF8.self)
        #expect(text.hasPrefix("c2sp.org/tlog-proof@v1\nextra Zm9v\nindex 10\n"))
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false)[5] == "")
        #expect(try LogProof(parsing: proof.encoded) == proof)
    }

    @Test func everyBitCounts() throws {
        let bytes = try receipt(6).encoded
        for place in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[place] ^= 1 << bit
                #expect(throws: (any Error).self, "bit \(bit) of byte \(place)") {
                    try LogProof(parsing: changed).verify(leafData: tree.leaves[6], by: policy)
                }
            }
        }
    }

    @Test func aReceiptNeedsATrustedCheckpoint() throws {
        let proof = try receipt(3)
        let strangers = TrustPolicy(logs: [Parties.witnesses[0].verifier])
        #expect(throws: LogProof.Refusal.checkpoint(.unknownLog(Parties.log.verifier.name))) {
            try proof.verify(leafData: tree.leaves[3], by: strangers)
        }
        let witness = Parties.witnesses[0].verifier
        let witnessed = TrustPolicy(
            logs: [Parties.log.verifier], witnesses: [witness], quorum: .witness(witness))
        #expect(throws: LogProof.Refusal.checkpoint(.quorumMissed)) {
            try proof.verify(leafData: tree.leaves[3], by: witnessed)
        }
    }

    private static let hash = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

    @Test(arguments: [
        ("c2sp.org/tlog-proof@v2\nindex 0\n\n", 1),
        ("index 0\n\n", 1),
        ("c2sp.org/tlog-proof@v1\n\n", 2),
        ("c2sp.org/tlog-proof@v1\nindex\n\n", 2),
        ("c2sp.org/tlog-proof@v1\nindex \n\n", 2),
        ("c2sp.org/tlog-proof@v1\nindex 01\n\n", 2),
        ("c2sp.org/tlog-proof@v1\nindex -1\n\n", 2),
        ("c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n", 2),
        ("c2sp.org/tlog-proof@v1\nextra Zg\nindex 0\n\n", 2),
        ("c2sp.org/tlog-proof@v1\nextra Zm9v\nextra Zm9v\nindex 0\n\n", 3),
        ("c2sp.org/tlog-proof@v1\nindex 0\nextra Zm9v\n\n", 3),
        ("c2sp.org/tlog-proof@v1\nindex 0\nZm9v\n\n", 3),
        ("c2sp.org/tlog-proof@v1\nindex 0\n\(hash) \n\n", 3),
        ("c2sp.org/tlog-proof@v1\nindex 0\n\(hash)\n", 4),
        ("c2sp.org/tlog-proof@v1\nindex 0\n\n\n", 4),
    ])
    func otherTextsAreNoReceipts(header: String, line: Int) {
        let text = header + Published.example
        let error = #expect(throws: TextError.self) { try LogProof(parsing: Array(text.utf8)) }
        #expect(error?.line == line, "\(error?.description ?? "")")
    }

    @Test func hashesHaveALimit() throws {
        func text(_ count: Int) -> [UInt8] {
            let hashes = String(repeating: Self.hash + "\n", count: count)
            return Array(
                "c2sp.org/tlog-proof@v1\nindex 0\n\(hashes)\n\(Published.example)".utf8)
        }
        #expect(try LogProof(parsing: text(64)).inclusion.hashes.count == 64)
        #expect(throws: TextError.self) { try LogProof(parsing: text(65)) }
    }
}
