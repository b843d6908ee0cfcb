import MLSCrypto
import PresentationLanguage
import Testing

/// Keys that are none, and the published values of primitives that the vectors don't reach alone.
@Suite struct KeyTests {
    @Test(arguments: CipherSuite.allCases)
    func publicKeysOfOtherLengthsAndPoints(suite: CipherSuite) throws {
        let pair = try suite.kem.deriveKeyPair(ikm: [UInt8](repeating: 9, count: 66))
        #expect(suite.kem.isPublicKey(pair.publicKey))
        #expect(!suite.kem.isPublicKey(Array(pair.publicKey.dropLast())))
        #expect(!suite.kem.isPublicKey(pair.publicKey + [0]))
        #expect(!suite.kem.isPublicKey([]))
        guard pair.publicKey[0] == 4, pair.publicKey.count > 64 else { return }
        // A NIST curve: a point off the curve, the hybrid form and the point at infinity.
        var off = pair.publicKey
        off[off.count - 1] ^= 1
        #expect(!suite.kem.isPublicKey(off))
        var hybrid = pair.publicKey
        hybrid[0] = 6 | hybrid[hybrid.count - 1] & 1
        #expect(!suite.kem.isPublicKey(hybrid))
        #expect(!suite.kem.isPublicKey([0]))
    }

    @Test func smallOrderPointsGiveNoSecret() throws {
        for suite in [CipherSuite.x25519Aes128, .x448Aes256] {
            let pair = try suite.kem.deriveKeyPair(ikm: [UInt8](repeating: 1, count: 56))
            let zero = [UInt8](repeating: 0, count: pair.publicKey.count)
            #expect(throws: CryptoError.self) {
                try suite.decryptWithLabel(
                    privateKey: pair.privateKey, label: "x", context: [],
                    sealed: .init(kemOutput: zero, ciphertext: [UInt8](repeating: 0, count: 32)))
            }
        }
    }

    /// Every key is good, whoever else makes keys at the same time.
    @Test func keysOfNISTCurves() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for suite in [CipherSuite.p256Aes128, .p384Aes256, .p521Aes256] {
                group.addTask {
                    for number in UInt16.min..<200 {
                        let pair = try suite.kem.deriveKeyPair(ikm: number.encoded)
                        #expect(suite.kem.isPublicKey(pair.publicKey))
                        #expect(
                            try suite.signature.publicKey(of: pair.privateKey) == pair.publicKey)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// A random key is one of the scheme, and signs the same each time.
    @Test(arguments: CipherSuite.allCases)
    func randomSignatureKeys(suite: CipherSuite) throws {
        let scheme = suite.signature
        let key = try scheme.privateKey { (count) throws(CryptoError) in
            try SecureRandom.bytes(count)
        }
        let signature = try scheme.sign([1, 2, 3], privateKey: key)
        #expect(try scheme.sign([1, 2, 3], privateKey: key) == signature)
        #expect(
            scheme.verify(signature, of: [1, 2, 3], publicKey: try scheme.publicKey(of: key)))
        #expect(throws: CryptoError.self) {
            try scheme.sign([1], privateKey: [UInt8](repeating: 0xff, count: 80))
        }
    }

    @Test func scalarsOutsideTheOrder() {
        let zero = [UInt8](repeating: 0, count: 32)
        let large = [UInt8](repeating: 0xff, count: 32)
        for key in [zero, large] {
            #expect(throws: CryptoError.invalidKey) {
                try SignatureScheme.p256.publicKey(of: key)
            }
        }
    }

    /// RFC 9180 Appendix A.1.1: DHKEM(X25519, HKDF-SHA256).
    @Test func deriveKeyPairX25519() throws {
        let ikm = try #require(
            bytes(hex: "7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234"))
        let pair = try KEM.x25519.deriveKeyPair(ikm: ikm)
        #expect(
            hex(pair.publicKey)
                == "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431")
    }

    /// RFC 4231 test case 2, and RFC 5869 test case 3 with its empty salt and info.
    @Test func hmacAndHKDF() throws {
        let mac = try HashAlgorithm.sha256.hmac(
            key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
        #expect(hex(mac) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        let prk = try HashAlgorithm.sha256.extract(
            salt: [], ikm: [UInt8](repeating: 0x0b, count: 22))
        #expect(hex(prk) == "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04")
        let output = try HashAlgorithm.sha256.expand(secret: prk, info: [], length: 42)
        #expect(
            hex(output)
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        )
        #expect(throws: CryptoError.invalidLength(8161)) {
            try HashAlgorithm.sha256.expand(secret: prk, info: [], length: 8161)
        }
    }

    @Test func macComparison() {
        #expect(constantTimeEqual([1, 2], [1, 2]))
        #expect(!constantTimeEqual([1, 2], [1, 3]))
        #expect(!constantTimeEqual([1, 2], [1]))
        #expect(constantTimeEqual([], []))
    }
}
