import MLSCrypto
import PresentationLanguage
import Testing

/// Values that RFCs publish of what the working group's vectors don't show.
@Suite struct PublishedValueTests {
    @Test(
        "RFC 6979 A.2.5 to A.2.7, \"sample\"",
        arguments: [
            (
                CipherSuite.p256Aes128,
                "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
                """
                3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
                022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8
                """
            ),
            (
                .p384Aes256,
                """
                6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8\
                96d5724e4c70a825f872c9ea60d2edf5
                """,
                """
                306602310094edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c\
                81a648152e44acf96e36dd1e80fabe4602310099ef4aeb15f178cea1fe40db2603138f130e\
                740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8
                """
            ),
            (
                .p521Aes256,
                """
                00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75\
                caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538
                """,
                """
                308187024200c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f\
                174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa024161\
                7cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b\
                5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a
                """
            ),
        ])
    func deterministicECDSA(suite: CipherSuite, key: String, signature: String) throws {
        let key = try #require(bytes(hex: key))
        let made = try suite.signature.sign(Array("sample".utf8), privateKey: key)
        #expect(hex(made) == signature)
    }

    /// The keys of RFC 9180 A.1.1, but with the empty `info` of an external commit; what is exported
    /// then is the value that pyhpke gives.
    @Test("RFC 9180 A.1.1 without info")
    func exportedSecrets() throws {
        let suite = CipherSuite.x25519Aes128
        let ephemeral = try suite.kem.keyPair(
            of: #require(
                bytes(hex: "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736")))
        let recipient = try suite.kem.keyPair(
            of: #require(
                bytes(hex: "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8")))
        #expect(
            hex(recipient.publicKey)
                == "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d")
        let (sent, output) = try suite.exportSecret(
            to: recipient.publicKey, exporterContext: Array("TestContext".utf8),
            ephemeral: ephemeral)
        #expect(hex(output) == "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431")
        let received = try suite.exportSecret(
            from: output, exporterContext: Array("TestContext".utf8),
            privateKey: recipient.privateKey)
        #expect(sent == received)
        #expect(hex(sent) == "8a02de446479bb7d27490ed85a69c6bbaddd0969fbc84f7661ab038c9008f053")
    }
}
