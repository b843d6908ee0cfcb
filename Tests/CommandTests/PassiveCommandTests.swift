import Foundation
import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import TestSupport
import Testing

/// `hubstore passive`, on a client that the project's own members made.
@Suite struct PassiveCommandTests {
    /// A client that joins a group of three and follows two commits, as the JSON of the format.
    private func client(_ wireFormat: WireFormat) throws -> [String: Any] {
        let suite = CipherSuite.p256Aes128
        var party = try Party(suite)
        let random = SeededRandom(seed: 5)
        let signatureKey = try suite.signature.privateKey { (count) throws(CryptoError) in
            try random.bytes(count)
        }
        let initKey = try suite.kem.deriveKeyPair(ikm: [1])
        let leafKey = try suite.kem.deriveKeyPair(ikm: [2])
        let client = try Client(
            suite, .basic(identity: [1]), signaturePrivateKey: signatureKey)
        let package = try client.keyPackage(
            .unlimited, initKey: initKey.publicKey, leafKey: leafKey.publicKey)
        let made = try party.members[0].commit(CommitOptions([.add(package)]))
        try party.accept(made, by: 0)
        var epochs: [[String: Any]] = []
        for committer in [1, 2] {
            var options = CommitOptions()
            options.framing = Framing(wireFormat)
            let update = try party.members[0].proposeUpdate(options.framing)
            try party.accept(update, by: 0)
            let made = try party.members[committer].commit(options)
            try party.accept(made, by: committer)
            epochs.append([
                "proposals": [hex(update.message.encoded)], "commit": hex(made.message.encoded),
                "epoch_authenticator": hex(made.next.epochAuthenticator),
            ])
        }
        return [
            "cipher_suite": suite.rawValue, "external_psks": [[String: String]](),
            "key_package": hex(MLSMessage.keyPackage(package).encoded),
            "signature_priv": hex(signatureKey), "encryption_priv": hex(leafKey.privateKey),
            "init_priv": hex(initKey.privateKey),
            "welcome": hex(MLSMessage.welcome(try #require(made.welcome)).encoded),
            "ratchet_tree": NSNull(),
            "initial_epoch_authenticator": hex(made.next.epochAuthenticator), "epochs": epochs,
        ]
    }

    private func run(
        _ clients: Any, _ flags: String...
    ) throws -> Command {
        try withTemporaryDirectory { directory in
            let file = directory.appending(path: "clients.json")
            try JSONSerialization.data(withJSONObject: clients).write(to: file)
            return try Command(["passive", file.path] + flags)
        }
    }

    @Test(arguments: [WireFormat.publicMessage, .privateMessage])
    func followed(_ wireFormat: WireFormat) throws {
        let run = try run([client(wireFormat)], "--json")
        #expect(run.status == 0, "\(run.output)\(run.error)")
        let objects = try run.objects()
        #expect(objects.map { $0["epoch"] as? Int } == [2, 3, 4])
        #expect(objects.allSatisfy { $0["ok"] as? Bool == true })
        // Nobody outside follows what is private.
        let outside = objects.map { $0["outside"] as? Bool }
        #expect(
            outside == (wireFormat == .publicMessage ? [true, true, true] : [true, false, false]))
        let text = try self.run([client(wireFormat)])
        #expect(text.output.hasSuffix("3 epochs, 0 not as expected\n"))
    }

    @Test func whatIsNotAsExpected() throws {
        let good = try client(.publicMessage)
        var epochs = try #require(good["epochs"] as? [[String: Any]])
        epochs[0]["epoch_authenticator"] = "00"
        let changes: [(String, Any, Int)] = [
            ("initial_epoch_authenticator", "00", 3), ("epochs", epochs, 3), ("welcome", "00", 1),
            ("init_priv", "01", 1), ("cipher_suite", 9, 1), ("cipher_suite", 1, 1),
            ("ratchet_tree", "00", 1), ("key_package", good["welcome"]!, 1),
            ("welcome", good["key_package"]!, 1),
        ]
        for (key, value, count) in changes {
            var client = good
            client[key] = value
            let run = try run([client], "--json")
            #expect(run.status == 1, "\(key): \(run.output)\(run.error)")
            let objects = try run.objects()
            #expect(objects.count == count, "\(key): \(run.output)")
            #expect(objects.contains { $0["ok"] as? Bool == false && $0["detail"] is String })
        }
    }

    @Test func filesThatAreNone() throws {
        for value in [[Int](), ["a": 1], [["cipher_suite": 1]], [["cipher_suite": "x"]], [[1]]]
            as [Any]
        {
            let run = try run(value)
            #expect(run.status == 2, "\(value): \(run.output)")
            #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
        }
        let missing = try Command("passive", "/nonexistent/file")
        #expect(missing.status == 2)
        #expect(missing.error.contains("does not exist"))
    }
}
