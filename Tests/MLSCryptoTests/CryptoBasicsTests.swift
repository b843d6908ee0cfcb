import MLSCrypto
import TestSupport
import Testing

/// `crypto-basics.json`, for all cipher suites.
@Suite(.enabled(if: SharedInputs.vectors.exist, "\(SharedInputs.vectors.reason)"))
struct CryptoBasicsTests {
    struct Vector: Decodable {
        struct RefHash: Decodable {
            let label: String
            let value, out: HexBytes
        }
        struct ExpandWithLabel: Decodable {
            let secret, context, out: HexBytes
            let label: String
            let length: Int
        }
        struct DeriveSecret: Decodable {
            let secret, out: HexBytes
            let label: String
        }
        struct DeriveTreeSecret: Decodable {
            let secret, out: HexBytes
            let label: String
            let generation: UInt32
            let length: Int
        }
        struct SignWithLabel: Decodable {
            let priv, pub, content, signature: HexBytes
            let label: String
        }
        struct EncryptWithLabel: Decodable {
            let priv, pub, context, plaintext, kemOutput, ciphertext: HexBytes
            let label: String
        }

        let cipherSuite: UInt16
        let refHash: RefHash
        let expandWithLabel: ExpandWithLabel
        let deriveSecret: DeriveSecret
        let deriveTreeSecret: DeriveTreeSecret
        let signWithLabel: SignWithLabel
        let encryptWithLabel: EncryptWithLabel

        var suite: CipherSuite {
            get throws { try #require(CipherSuite(rawValue: cipherSuite)) }
        }
    }

    private let vectors: [Vector]

    init() throws {
        vectors = try SharedInputs.vectors.load("crypto-basics")
        #expect(Set(vectors.map(\.cipherSuite)) == Set(CipherSuite.allCases.map(\.rawValue)))
    }

    @Test func derivations() throws {
        for vector in vectors {
            let hash = try vector.suite.hash
            let reference = vector.refHash
            #expect(
                hash.refHash(label: reference.label, value: reference.value.bytes)
                    == reference.out.bytes)
            let expand = vector.expandWithLabel
            #expect(
                try hash.expandWithLabel(
                    secret: expand.secret.bytes, label: expand.label,
                    context: expand.context.bytes, length: expand.length) == expand.out.bytes)
            let derive = vector.deriveSecret
            #expect(
                try hash.deriveSecret(secret: derive.secret.bytes, label: derive.label)
                    == derive.out.bytes)
            let tree = vector.deriveTreeSecret
            #expect(
                try hash.deriveTreeSecret(
                    secret: tree.secret.bytes, label: tree.label, generation: tree.generation,
                    length: tree.length) == tree.out.bytes)
        }
    }

    @Test func signatures() throws {
        for vector in vectors {
            let scheme = try vector.suite.signature
            let given = vector.signWithLabel
            #expect(try scheme.publicKey(of: given.priv.bytes) == given.pub.bytes)
            let own = try scheme.signWithLabel(
                privateKey: given.priv.bytes, label: given.label, content: given.content.bytes)
            for signature in [given.signature.bytes, own] {
                func verifies(
                    _ label: String, _ content: [UInt8], _ signature: [UInt8]
                ) -> Bool {
                    scheme.verifyWithLabel(
                        publicKey: given.pub.bytes, label: label, content: content,
                        signature: signature)
                }
                #expect(verifies(given.label, given.content.bytes, signature))
                #expect(!verifies(given.label + "x", given.content.bytes, signature))
                #expect(!verifies(given.label, given.content.bytes + [0], signature))
                var flipped = signature
                flipped[flipped.count / 2] ^= 1
                #expect(!verifies(given.label, given.content.bytes, flipped))
                #expect(!verifies(given.label, given.content.bytes, signature + [0]))
                #expect(!verifies(given.label, given.content.bytes, []))
            }
        }
    }

    @Test func encryption() throws {
        for vector in vectors {
            let suite = try vector.suite
            let given = vector.encryptWithLabel
            #expect(try suite.kem.publicKey(of: given.priv.bytes) == given.pub.bytes)
            let sealed = CipherSuite.Sealed(
                kemOutput: given.kemOutput.bytes, ciphertext: given.ciphertext.bytes)
            func open(_ sealed: CipherSuite.Sealed, _ label: String) throws -> [UInt8] {
                try suite.decryptWithLabel(
                    privateKey: given.priv.bytes, label: label, context: given.context.bytes,
                    sealed: sealed)
            }
            #expect(try open(sealed, given.label) == given.plaintext.bytes)
            #expect(throws: CryptoError.invalidCiphertext) { try open(sealed, given.label + "x") }

            let own = try suite.encryptWithLabel(
                publicKey: given.pub.bytes, label: given.label, context: given.context.bytes,
                plaintext: given.plaintext.bytes,
                ephemeral: suite.kem.deriveKeyPair(ikm: SecureRandom.bytes(66)))
            #expect(try open(own, given.label) == given.plaintext.bytes)
        }
    }
}
