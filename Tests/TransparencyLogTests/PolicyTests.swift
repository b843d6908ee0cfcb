import MLSCrypto
import Testing
import TransparencyLog

@Suite struct PolicyTests {
    private let tree = NaiveTree(size: 5)
    private static let keys = Parties.witnesses.map(\.verifier.text)

    /// The shape of the example of C2SP tlog-policy.
    private static let example = """
        # A log and six witnesses.
        log \(Parties.log.verifier.text)

        witness X1 \(keys[0])
        witness X2 \(keys[1]) https://witness.example/x2
        \twitness   X3\t\(keys[2])\u{20}
        group X-witnesses 2 X1 X2 X3

        witness Y1 \(keys[3])
        witness Y2 \(keys[4])
        witness Y3 \(keys[5])
        group Y-witnesses any Y1 Y2 Y3

        group X-and-Y all X-witnesses Y-witnesses
        quorum X-and-Y

        """

    @Test func theExampleAsksForTwoAndOne() throws {
        let policy = try TrustPolicy(parsing: Array(Self.example.utf8))
        #expect(policy.logs == [Parties.log.verifier])
        #expect(policy.witnesses == Parties.witnesses.map(\.verifier))
        for set in 0..<64 {
            let chosen = (0..<6).filter { set >> $0 & 1 == 1 }
            let signed = try Parties.checkpoint(
                of: tree, size: 5, by: chosen.map { Parties.witnesses[$0] })
            let isEnough = chosen.count { $0 < 3 } >= 2 && chosen.contains { $0 >= 3 }
            if isEnough {
                #expect(try policy.verify(signed).cosignatures.count == chosen.count)
            } else {
                #expect(throws: TrustPolicy.Refusal.quorumMissed) { try policy.verify(signed) }
            }
        }
    }

    @Test func quorumsOfOneOrNone() throws {
        let log = "log \(Parties.log.verifier.text)\n"
        let signed = try Parties.checkpoint(of: tree, size: 5)
        let none = try TrustPolicy(parsing: Array((log + "quorum none\n").utf8))
        #expect(try none.verify(signed).cosignatures.isEmpty)
        let one = try TrustPolicy(
            parsing: Array((log + "witness w \(Self.keys[0])\nquorum w\n").utf8))
        #expect(throws: TrustPolicy.Refusal.quorumMissed) { try one.verify(signed) }
        let cosigned = try Parties.checkpoint(of: tree, size: 5, by: [Parties.witnesses[0]])
        #expect(try one.verify(cosigned).cosignatures.count == 1)
    }

    @Test func onlyListedLogsAreTrusted() throws {
        let signed = try Parties.checkpoint(of: tree, size: 5)
        let origin = Parties.log.verifier.name
        #expect(throws: TrustPolicy.Refusal.unknownLog(origin)) {
            try TrustPolicy(logs: []).verify(signed)
        }
        let other = try Parties.signer("log.example", .ed25519, 99)
        #expect(throws: TrustPolicy.Refusal.note(.unsigned)) {
            try TrustPolicy(logs: [other.verifier]).verify(signed)
        }
        // A log's key signs for its own origin only.
        var foreign = SignedCheckpoint(
            Checkpoint(origin: NoteLine("other.example")!, head: tree.head(5)))
        try foreign.sign(with: Parties.log, at: 0)
        #expect(throws: TrustPolicy.Refusal.unknownLog(NoteLine("other.example")!)) {
            try TrustPolicy(logs: [Parties.log.verifier]).verify(foreign)
        }
        // Witnesses do not sign for the log.
        var unsigned = SignedCheckpoint(signed.checkpoint)
        try unsigned.sign(with: Parties.witnesses[0], at: 0)
        let witness = Parties.witnesses[0].verifier
        #expect(throws: TrustPolicy.Refusal.note(.unsigned)) {
            try TrustPolicy(logs: [Parties.log.verifier], witnesses: [witness]).verify(unsigned)
        }
    }

    @Test func aBadCosignatureSpoilsTheCheckpoint() throws {
        let signed = try Parties.checkpoint(of: tree, size: 5, by: [Parties.witnesses[0]])
        let earlier = try Parties.checkpoint(of: tree, size: 4, by: [Parties.witnesses[0]])
        let text = String(decoding: signed.encoded, as: UTF8.self)
            .replacing(signed.signatures[1].line, with: earlier.signatures[1].line)
        let witness = Parties.witnesses[0].verifier
        let policy = TrustPolicy(logs: [Parties.log.verifier], witnesses: [witness])
        #expect(
            throws: TrustPolicy.Refusal.note(
                .invalidSignature(name: witness.name, keyID: witness.keyID))
        ) { try policy.verify(SignedCheckpoint(parsing: Array(text.utf8))) }
    }

    @Test(arguments: [
        ("", 1),
        ("quorum none", 1),
        ("quorum none\nquorum none\n", 2),
        ("quorum w\n", 1),
        ("quorum\n", 1),
        ("quorum none none\n", 1),
        ("Quorum none\n", 1),
        ("quorum none\r\n", 1),
        ("# \u{7f}\nquorum none\n", 1),
        ("log\nquorum none\n", 1),
        ("log \(Parties.log.verifier.text) u v\nquorum none\n", 1),
        ("log \(keys[0])\nquorum none\n", 1),
        ("log \(Parties.log.verifier.text)\nlog \(Parties.log.verifier.text)\nquorum none\n", 2),
        ("witness w\nquorum none\n", 1),
        ("witness w \(Parties.log.verifier.text)\nquorum none\n", 1),
        ("witness none \(keys[0])\nquorum none\n", 1),
        ("witness w \(keys[0])\nwitness v \(keys[0])\nquorum none\n", 2),
        ("witness w \(keys[0])\nwitness w \(keys[1])\nquorum none\n", 2),
        ("witness w \(keys[0])\ngroup g 1\nquorum none\n", 2),
        ("witness w \(keys[0])\ngroup g 0 w\nquorum none\n", 2),
        ("witness w \(keys[0])\ngroup g 2 w\nquorum none\n", 2),
        ("witness w \(keys[0])\ngroup g 01 w\nquorum none\n", 2),
        ("witness w \(keys[0])\ngroup g most w\nquorum none\n", 2),
        ("witness w \(keys[0])\ngroup w any w\nquorum none\n", 2),
        ("witness w \(keys[0])\ngroup none any w\nquorum none\n", 2),
        ("witness w \(keys[0])\ngroup g any w w\nquorum none\n", 2),
        ("witness w \(keys[0])\ngroup g any none\nquorum none\n", 2),
        ("witness w \(keys[0])\ngroup g any g\nquorum none\n", 2),
        ("witness w \(keys[0])\ngroup g any w\ngroup h any w\nquorum none\n", 3),
        ("group g any w\nwitness w \(keys[0])\nquorum none\n", 1),
        ("quorum w\nwitness w \(keys[0])\n", 1),
    ])
    func otherTextsAreNoPolicies(text: String, line: Int) {
        let error = #expect(throws: TextError.self) { try TrustPolicy(parsing: Array(text.utf8)) }
        #expect(error?.line == line, "\(error?.description ?? "")")
    }

    @Test func namesAreOpaque() throws {
        let name: [UInt8] = [0xff, 0x80]
        let text = Array("witness ".utf8) + name + Array(" \(Self.keys[0])\nquorum ".utf8)
        let policy = try TrustPolicy(parsing: text + name + Array("\n".utf8))
        #expect(policy.quorum == .witness(Parties.witnesses[0].verifier))
        // The Kelvin sign is not the letter.
        let kelvin = "witness \u{212a} \(Self.keys[0])\nquorum K\n"
        #expect(throws: TextError.self) { try TrustPolicy(parsing: Array(kelvin.utf8)) }
    }

    @Test func groupsHaveALimit() throws {
        var text = "witness g0 \(Self.keys[0])\n"
        for place in 1...100 { text += "group g\(place) any g\(place - 1)\n" }
        let deep = try TrustPolicy(parsing: Array((text + "quorum g100\n").utf8))
        #expect(deep.quorum.isMet(by: [Parties.witnesses[0].verifier]))
        #expect(!deep.quorum.isMet(by: []))
        text += "group g101 any g100\nquorum g101\n"
        let error = #expect(throws: TextError.self) { try TrustPolicy(parsing: Array(text.utf8)) }
        #expect(error?.line == 102)
    }
}
