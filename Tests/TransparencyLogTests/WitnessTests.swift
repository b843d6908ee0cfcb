import MLSCrypto
import Testing
import TransparencyLog

@Suite struct WitnessTests {
    private let tree = NaiveTree(size: 20)

    private func request(
        from old: Int, to new: Int, of other: NaiveTree? = nil
    ) throws -> AddCheckpoint {
        let tree = other ?? tree
        let proof = ConsistencyProof(
            from: UInt64(min(old, new)), to: UInt64(new), tiles: tree.hashes)
        return AddCheckpoint(
            oldSize: UInt64(old), proof: try #require(proof),
            signed: try Parties.checkpoint(of: tree, size: new))
    }

    private var witness: Witness { Witness(logs: [Parties.log.verifier]) }

    @Test func aGrowingLogIsCosigned() throws {
        var witness = witness
        var last = 0
        for size in [0, 1, 3, 3, 8, 20] {
            let request = try request(from: last, to: size)
            let parsed = try AddCheckpoint(parsing: request.encoded)
            #expect(parsed == request)
            #expect(witness.judge(parsed) == .cosign(request.signed.checkpoint))
            #expect(witness.heads == [Parties.log.verifier.name: tree.head(size)])
            last = size
        }
    }

    @Test func anAnswerGoesIntoTheCheckpoint() throws {
        let signers = Parties.witnesses.prefix(2)
        var signed = try request(from: 0, to: 7).signed
        let answer = try signers.map { try $0.sign(signed.checkpoint.text, at: 12).line }
        let lines = try NoteSignature.parse(lines: Array(answer.joined().utf8))
        #expect(lines.map(\.line) == answer)
        // One of the two is not known.
        let known = signers[0].verifier
        try signed.add(lines, by: [known])
        #expect(signed.signatures.count == 2)
        let policy = TrustPolicy(
            logs: [Parties.log.verifier], witnesses: [known], quorum: .witness(known))
        #expect(try policy.verify(signed).cosignatures == [known: 12])

        var other = try request(from: 0, to: 8).signed
        #expect(throws: SignedNote.Refusal.self) { try other.add(lines, by: [known]) }
        #expect(throws: SignedNote.Refusal.unsigned) { try other.add(lines, by: []) }
        #expect(throws: TextError.self) { try NoteSignature.parse(lines: []) }
    }

    /// The message and the bytes of C2SP tlog-cosignature.
    @Test func aCosignatureBindsItsTime() throws {
        let signer = Parties.witnesses[0]
        let text = try Parties.checkpoint(of: tree, size: 4).checkpoint.text
        let signature = try signer.sign(text, at: 1_679_315_147)
        #expect(signature.bytes.prefix(8) == [0, 0, 0, 0, 0x64, 0x18, 0x50, 0xcb])
        let message = Array("cosignature/v1\ntime 1679315147\n".utf8) + text
        #expect(
            SignatureScheme.ed25519.verify(
                Array(signature.bytes.dropFirst(8)), of: message,
                publicKey: signer.verifier.publicKey.bytes))
        #expect(signer.verifier.verifies(signature, of: text))
        #expect(try TimestampedSignature(parsing: signature.bytes).time == 1_679_315_147)
        // The same Ed25519 key for plain signatures is another key.
        let plain = try Parties.signer("witness.example/2", .ed25519, 2)
        #expect(plain.verifier.publicKey == signer.verifier.publicKey)
        #expect(plain.verifier.keyID != signer.verifier.keyID)
        #expect(!plain.verifier.verifies(signature, of: text))
    }

    @Test func timesEndBefore2To63() throws {
        var bytes = try Parties.witnesses[0].sign([], at: .max >> 1).bytes
        #expect(try TimestampedSignature(parsing: bytes).time == .max >> 1)
        bytes[0] |= 0x80
        #expect(throws: (any Error).self) { try TimestampedSignature(parsing: bytes) }
    }

    // MARK: Refusals

    private func answer(
        _ request: AddCheckpoint, after size: Int = 8
    ) throws -> (Witness.Answer, isUnchanged: Bool) {
        var witness = Witness(
            logs: [Parties.log.verifier], heads: [Parties.log.verifier.name: tree.head(size)])
        let before = witness
        return (witness.judge(request), witness == before)
    }

    @Test func refusals() throws {
        let right = try request(from: 8, to: 12)
        var unknown = SignedCheckpoint(
            Checkpoint(origin: NoteLine("other.example")!, head: tree.head(12)))
        try unknown.sign(with: Parties.log, at: 0)
        var stranger = SignedCheckpoint(right.signed.checkpoint)
        try stranger.sign(with: Parties.signer("log.example", .ed25519, 77), at: 0)
        var cosigned = SignedCheckpoint(right.signed.checkpoint)
        try cosigned.sign(with: Parties.witnesses[0], at: 0)
        let cases: [(AddCheckpoint, Witness.Answer, Int)] = [
            (try request(from: 9, to: 8), .oldSizeTooLarge, 400),
            (AddCheckpoint(oldSize: 8, proof: right.proof, signed: stranger), .unsigned, 403),
            (AddCheckpoint(oldSize: 8, proof: right.proof, signed: cosigned), .unsigned, 403),
            (AddCheckpoint(oldSize: 8, proof: right.proof, signed: unknown), .unknownLog, 404),
            (try request(from: 0, to: 12), .otherSize(8), 409),
            (try request(from: 7, to: 12), .otherSize(8), 409),
            (try request(from: 9, to: 12), .otherSize(8), 409),
            (try request(from: 4, to: 4), .otherSize(8), 409),
            (
                AddCheckpoint(
                    oldSize: 8, proof: try request(from: 7, to: 12).proof, signed: right.signed),
                .inconsistent, 422
            ),
            (
                AddCheckpoint(
                    oldSize: 8, proof: ConsistencyProof(hashes: []), signed: right.signed),
                .inconsistent, 422
            ),
            (
                AddCheckpoint(
                    oldSize: 8, proof: right.proof, signed: try request(from: 8, to: 8).signed),
                .inconsistent, 422
            ),
        ]
        for (request, expected, status) in cases {
            let (answer, isUnchanged) = try answer(request)
            #expect(answer == expected)
            #expect(answer.status == status)
            #expect(isUnchanged)
        }
        #expect(try answer(right).0.status == 200)
    }

    @Test func aSecondHistoryIsNoticed() throws {
        var leaves = tree.leaves
        leaves[3] = [1]
        let forked = NaiveTree(leaves)
        let same = try answer(try request(from: 8, to: 8, of: forked))
        #expect(same == (.otherRoot(8), true))
        #expect(same.0.status == 409)
        let larger = try answer(try request(from: 8, to: 12, of: forked))
        #expect(larger == (.inconsistent, true))
        // Also of the tree without leaves.
        var empty = SignedCheckpoint(
            Checkpoint(
                origin: Parties.log.verifier.name, head: TreeHead(size: 0, root: .zero)))
        try empty.sign(with: Parties.log, at: 0)
        var witness = witness
        let request = AddCheckpoint(
            oldSize: 0, proof: ConsistencyProof(hashes: []), signed: empty)
        #expect(witness.judge(request) == .otherRoot(0))
    }

    // MARK: Text

    private static let hash = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

    /// The request that C2SP tlog-witness shows.
    @Test func thePublishedRequestIsRead() throws {
        let text = """
            old 20852014
            PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
            jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
            5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
            /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

            """
        let bytes = Array((text + "\n" + Published.example).utf8)
        let request = try AddCheckpoint(parsing: bytes)
        #expect(request.oldSize == 20_852_014)
        #expect(request.proof.hashes.count == 4)
        #expect(request.signed.checkpoint.head.size == 20_852_163)
        #expect(request.encoded == bytes)
    }

    @Test(arguments: [
        ("", 1), ("\n", 1), ("old\n\n", 1), ("old \n\n", 1), ("old 01\n\n", 1), ("Old 1\n\n", 1),
        ("old  1\n\n", 1), ("old 1 \n\n", 1), ("old 18446744073709551616\n\n", 1),
        ("old 1\nZm9v\n\n", 2), ("old 1\n\(hash)\n", 3), ("old 1\n\n\n", 3),
    ])
    func otherTextsAreNoRequests(header: String, line: Int) {
        let text = header + Published.example
        let error = #expect(throws: TextError.self) {
            try AddCheckpoint(parsing: Array(text.utf8))
        }
        #expect(error?.line == line, "\(error?.description ?? "")")
    }

    @Test func hashesHaveALimit() throws {
        func text(_ count: Int) -> [UInt8] {
            let hashes = String(repeating: Self.hash + "\n", count: count)
            return Array("old 1\n\(hashes)\n\(Published.example)".utf8)
        }
        #expect(try AddCheckpoint(parsing: text(63)).proof.hashes.count == 63)
        #expect(throws: TextError.self) { try AddCheckpoint(parsing: text(64)) }
    }
}
