import MLSCrypto
import MLSMember
import MLSMessages
import PresentationLanguage
import TestSupport
import Testing

/// The working group's vectors of the key schedule, of pre-shared keys and of the secret tree.
@Suite(.enabled(if: SharedInputs.vectors.exist, "\(SharedInputs.vectors.reason)"))
struct KeyScheduleTests {
    private struct KeySchedule: Decodable {
        struct Exporter: Decodable {
            let label: String
            let context, secret: HexBytes
            let length: Int
        }
        struct Epoch: Decodable {
            let treeHash, commitSecret, pskSecret, confirmedTranscriptHash, groupContext: HexBytes
            let joinerSecret, welcomeSecret, initSecret, senderDataSecret: HexBytes
            let encryptionSecret, exporterSecret, externalSecret, confirmationKey: HexBytes
            let membershipKey, resumptionPsk, externalPub, epochAuthenticator: HexBytes
            let exporter: Exporter
        }
        let cipherSuite: UInt16
        let groupId, initialInitSecret: HexBytes
        let epochs: [Epoch]
    }

    @Test("key-schedule.json")
    func keySchedule() throws {
        let vectors: [KeySchedule] = try SharedInputs.vectors.load("key-schedule")
        #expect(Set(vectors.map(\.cipherSuite)).count == 7)
        for vector in vectors {
            let suite = try #require(CipherSuite(rawValue: vector.cipherSuite))
            var initSecret = vector.initialInitSecret.bytes
            for (number, epoch) in vector.epochs.enumerated() {
                let context = GroupContext(
                    version: .mls10, cipherSuite: CipherSuiteID(vector.cipherSuite),
                    groupID: vector.groupId.bytes, epoch: UInt64(number),
                    treeHash: epoch.treeHash.bytes,
                    confirmedTranscriptHash: epoch.confirmedTranscriptHash.bytes, extensions: [])
                #expect(context.encoded == epoch.groupContext.bytes)
                let transition = try EpochTransition(
                    suite, initSecret: initSecret, commitSecret: epoch.commitSecret.bytes,
                    pskSecret: epoch.pskSecret.bytes, context: context)
                #expect(transition.joinerSecret == epoch.joinerSecret.bytes)
                #expect(try transition.welcomeSecret == epoch.welcomeSecret.bytes)
                let secrets = try transition.secrets(context)
                try check(secrets, epoch, suite)
                initSecret = secrets.initSecret
            }
        }
    }

    private func check(
        _ secrets: EpochSecrets, _ epoch: KeySchedule.Epoch, _ suite: CipherSuite
    ) throws {
        #expect(secrets.initSecret == epoch.initSecret.bytes)
        #expect(secrets.senderDataSecret == epoch.senderDataSecret.bytes)
        #expect(secrets.encryptionSecret == epoch.encryptionSecret.bytes)
        #expect(secrets.exporterSecret == epoch.exporterSecret.bytes)
        #expect(secrets.externalSecret == epoch.externalSecret.bytes)
        #expect(secrets.confirmationKey == epoch.confirmationKey.bytes)
        #expect(secrets.membershipKey == epoch.membershipKey.bytes)
        #expect(secrets.resumptionPSK == epoch.resumptionPsk.bytes)
        #expect(secrets.epochAuthenticator == epoch.epochAuthenticator.bytes)
        #expect(try secrets.externalKeyPair(suite).publicKey == epoch.externalPub.bytes)
        let exporter = epoch.exporter
        #expect(
            try secrets.export(
                suite, label: exporter.label, context: exporter.context.bytes,
                length: exporter.length) == exporter.secret.bytes)
    }

    private struct PSKSecret: Decodable {
        struct PSK: Decodable {
            let pskId, psk, pskNonce: HexBytes
        }
        let cipherSuite: UInt16
        let psks: [PSK]
        let pskSecret: HexBytes
    }

    @Test("psk_secret.json")
    func pskSecret() throws {
        let vectors: [PSKSecret] = try SharedInputs.vectors.load("psk_secret")
        #expect(Set(vectors.map(\.cipherSuite)).count == 7)
        for vector in vectors {
            let suite = try #require(CipherSuite(rawValue: vector.cipherSuite))
            var keys = PreSharedKeys()
            for psk in vector.psks { keys.add(psk.psk.bytes, as: .external(id: psk.pskId.bytes)) }
            let list = vector.psks.map {
                PreSharedKeyID(key: .external(id: $0.pskId.bytes), nonce: $0.pskNonce.bytes)
            }
            #expect(try keys.pskSecret(of: list, suite) == vector.pskSecret.bytes)
        }
    }

    private struct SecretTreeVector: Decodable {
        struct SenderData: Decodable {
            let senderDataSecret, ciphertext, key, nonce: HexBytes
        }
        struct Generation: Decodable {
            let generation: UInt32
            let applicationKey, applicationNonce, handshakeKey, handshakeNonce: HexBytes
        }
        let cipherSuite: UInt16
        let encryptionSecret: HexBytes
        let senderData: SenderData
        let leaves: [[Generation]]
    }

    @Test("secret-tree.json")
    func secretTree() throws {
        let vectors: [SecretTreeVector] = try SharedInputs.vectors.load("secret-tree")
        #expect(Set(vectors.map(\.cipherSuite)).count == 7)
        for vector in vectors {
            let suite = try #require(CipherSuite(rawValue: vector.cipherSuite))
            var tree = SecretTree(
                suite, width: vector.leaves.count, encryptionSecret: vector.encryptionSecret.bytes)
            for (leaf, generations) in vector.leaves.enumerated() {
                for expected in generations {
                    func take(_ kind: SecretTree.Kind) throws -> MessageKey {
                        try tree.take(
                            kind, of: UInt32(leaf), generation: expected.generation)
                    }
                    let application = try take(.application)
                    #expect(application.key == expected.applicationKey.bytes)
                    #expect(application.nonce == expected.applicationNonce.bytes)
                    let handshake = try take(.handshake)
                    #expect(handshake.key == expected.handshakeKey.bytes)
                    #expect(handshake.nonce == expected.handshakeNonce.bytes)
                }
            }
            let given = vector.senderData
            let protection = MessageProtection(
                suite, membershipKey: [], senderDataSecret: given.senderDataSecret.bytes,
                tree: tree)
            let key = try protection.senderDataKey(given.ciphertext.bytes)
            #expect(key.key == given.key.bytes)
            #expect(key.nonce == given.nonce.bytes)
        }
    }
}

@Suite struct PreSharedKeyTests {
    /// Their number is a uint16 (RFC 9420 §8.4).
    @Test func moreKeysThanCanBeCounted() {
        var keys = PreSharedKeys()
        keys.add([1], as: .external(id: [1]))
        let list = [PreSharedKeyID](
            repeating: PreSharedKeyID(key: .external(id: [1]), nonce: []), count: 1 << 16)
        #expect(throws: MemberError.self) { try keys.pskSecret(of: list, .x25519Aes128) }
    }
}

@Suite struct SecretTreeTests {
    private func tree() -> SecretTree {
        SecretTree(
            .x25519Aes128, width: 4, encryptionSecret: [UInt8](repeating: 7, count: 32))
    }

    @Test func keysComeInAnyOrderButOnce() throws {
        var sender = tree()
        let keys = try (0..<5).map { _ in try sender.next(.application, of: 2).key.key }
        #expect(Set(keys).count == 5)
        var receiver = tree()
        for generation in [3, 0, 4, 1] as [UInt32] {
            let key = try receiver.take(.application, of: 2, generation: generation)
            #expect(key.key == keys[Int(generation)])
            #expect(throws: MemberError.messageKey(generation: generation)) {
                try receiver.take(.application, of: 2, generation: generation)
            }
        }
        #expect(try receiver.next(.application, of: 2).generation == 5)
        // The other ratchet and the other leaves are where they were.
        #expect(try receiver.next(.handshake, of: 2).generation == 0)
        #expect(try receiver.next(.application, of: 3).generation == 0)
    }

    @Test func aKeyFarAheadIsNotDerived() throws {
        var receiver = tree()
        #expect(throws: MemberError.messageKey(generation: .max)) {
            try receiver.take(.application, of: 0, generation: .max)
        }
        #expect(try receiver.next(.application, of: 0).generation == 0)
    }
}
