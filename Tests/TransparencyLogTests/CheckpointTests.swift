import MLSCrypto
import Testing
import TransparencyLog

@Suite struct CheckpointTests {
    @Test(arguments: [Published.checkpoint, Published.example])
    func publishedCheckpointsAreReadAndWritten(text: String) throws {
        let signed = try SignedCheckpoint(parsing: Array(text.utf8))
        #expect(signed.encoded == Array(text.utf8))
    }

    @Test func aPublishedCheckpointIsVerified() throws {
        let signed = try SignedCheckpoint(parsing: Array(Published.checkpoint.utf8))
        let log = try VerifierKey(Published.logKey)
        let witness = try VerifierKey(Published.witnessKey)
        let policy = TrustPolicy(logs: [log], witnesses: [witness], quorum: .witness(witness))
        let verified = try policy.verify(signed)
        #expect(verified.checkpoint.origin == log.name)
        #expect(verified.head.size == 1_432_088_532)
        #expect(verified.log == log)
        #expect(verified.cosignatures == [witness: Published.cosignatureTime])
    }

    /// Every bit of the text, of the log's signature and of the cosignature.
    @Test func everyBitOfAPublishedCheckpointCounts() throws {
        let log = try VerifierKey(Published.logKey)
        let witness = try VerifierKey(Published.witnessKey)
        let policy = TrustPolicy(logs: [log], witnesses: [witness], quorum: .witness(witness))
        let lines = Published.checkpoint.split(separator: "\n", omittingEmptySubsequences: false)
        let kept = Array((lines[0...3] + [lines[5], lines[8], ""]).joined(separator: "\n").utf8)
        let verified = try policy.verify(SignedCheckpoint(parsing: kept))
        for place in kept.indices {
            for bit in 0..<8 {
                var bytes = kept
                bytes[place] ^= 1 << bit
                #expect(throws: (any Error).self) {
                    try policy.verify(SignedCheckpoint(parsing: bytes))
                }
            }
        }
        #expect(verified.cosignatures.count == 1)
    }

    @Test func extensionLinesAreKept() throws {
        let text = Array("log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmore\nlines\n".utf8)
        let checkpoint = try Checkpoint(parsing: text)
        #expect(checkpoint.head == .empty)
        #expect(checkpoint.extensions == [NoteLine("more"), NoteLine("lines")])
        #expect(checkpoint.text == text)
        let plain = Checkpoint(origin: checkpoint.origin, head: .empty)
        #expect(plain.text == Array(text.dropLast(11)))
    }

    private static let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

    @Test(arguments: [
        ("", 1), ("\n", 1), ("log\n", 2), ("log\n1\n", 3), ("log\n1\n\(root)", 1),
        ("\n1\n\(root)\n", 1), ("log\n01\n\(root)\n", 2), ("log\n00\n\(root)\n", 2),
        ("log\n+1\n\(root)\n", 2), ("log\n-1\n\(root)\n", 2), ("log\n 1\n\(root)\n", 2),
        ("log\n1 \n\(root)\n", 2), ("log\n0x1\n\(root)\n", 2), ("log\n\n\(root)\n", 2),
        ("log\n18446744073709551616\n\(root)\n", 2), ("log\n١\n\(root)\n", 2),
        ("log\n1\n\(root.dropLast())\n", 3), ("log\n1\n\(root)=\n", 3),
        ("log\n1\n\(root.dropLast(2))J=\n", 3), ("log\n1\n \(root)\n", 3),
        ("log\n1\n\(root.dropFirst(4))\n", 3), ("log\n1\n\(root)\n\n", 4),
        ("log\n1\n\(root.replacing("/", with: "_"))\n", 3),
    ])
    func otherTextsAreNoCheckpoints(text: String, line: Int) {
        let error = #expect(throws: TextError.self) { try Checkpoint(parsing: Array(text.utf8)) }
        #expect(error?.line == line)
    }

    @Test func linesAreCountedInTheWholeText() {
        let text = Published.example.replacing("20852163", with: "020852163")
        let error = #expect(throws: TextError.self) {
            try SignedCheckpoint(parsing: Array(text.utf8))
        }
        #expect(error?.line == 2)
        #expect(error?.description == "line 2: expected a tree size")
    }

    @Test func theLargestSizeIsRead() throws {
        let text = "log\n18446744073709551615\n\(Self.root)\n"
        #expect(try Checkpoint(parsing: Array(text.utf8)).head.size == .max)
    }

    @Test func signingAgainTakesThePlaceOfTheOldSignature() throws {
        let signer = try Parties.signer("log.example", .ed25519, 1)
        let witness = try Parties.signer("witness.example", .cosignature, 2)
        var signed = SignedCheckpoint(
            Checkpoint(origin: signer.verifier.name, head: .empty))
        try signed.sign(with: signer, at: 5)
        try signed.sign(with: witness, at: 6)
        let first = signed
        try signed.sign(with: signer, at: 7)
        #expect(signed.signatures == first.signatures.reversed())
        try signed.sign(with: witness, at: 8)
        #expect(signed.signatures.count == 2)
        let policy = TrustPolicy(
            logs: [signer.verifier], witnesses: [witness.verifier],
            quorum: .witness(witness.verifier))
        #expect(try policy.verify(signed).cosignatures == [witness.verifier: 8])
        #expect(
            try SignedCheckpoint(parsing: signed.encoded) == signed)
    }
}

@Suite struct Base64Tests {
    /// RFC 4648 §10, by lines of notes, which is where base 64 is read.
    @Test(arguments: [
        ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func hasThePublishedValues(text: String, base64: String) throws {
        let lines = "c2sp.org/tlog-proof@v1\nextra \(base64)\nindex 0\n\n" + Published.example
        let proof = try LogProof(parsing: Array(lines.utf8))
        #expect(proof.extra == Array(text.utf8))
        #expect(proof.encoded == Array(lines.utf8))
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 8", "Zm8\u{e9}",
    ])
    func refusesWhatIsNotCanonical(base64: String) {
        let lines = "c2sp.org/tlog-proof@v1\nextra \(base64)\nindex 0\n\n" + Published.example
        #expect(throws: TextError.self) { try LogProof(parsing: Array(lines.utf8)) }
    }
}
