import MLSCrypto
import MLSMessages
import PresentationLanguage

/// A client with real signature and HPKE keys, all derived from its name.
package struct ForgedClient: Sendable {
    package let suite: CipherSuite
    package let name: String
    package let signaturePrivateKey: [UInt8]
    package var signatureKey: [UInt8]
    package var credential: Credential
    package var capabilities: Capabilities
    package var extensions: [Extension] = []

    package init(_ name: String, _ suite: CipherSuite) {
        self.suite = suite
        self.name = name
        signaturePrivateKey = Self.signatureKey(name, suite)
        do {
            signatureKey = try suite.signature.publicKey(of: signaturePrivateKey)
        } catch {
            fatalError("\(error)")
        }
        credential = .basic(identity: Array(name.utf8))
        capabilities = Capabilities(
            versions: [.mls10], cipherSuites: [CipherSuiteID(suite.rawValue)],
            extensions: [.appDataDictionary],
            proposals: [.appDataUpdate, .appEphemeral, .selfRemove],
            credentials: [.basic])
    }

    private static func signatureKey(_ name: String, _ suite: CipherSuite) -> [UInt8] {
        let seed = SHA256.hash(Array("signature \(name)".utf8)).bytes
        var key = try! HashAlgorithm.sha256.expand(
            secret: seed, info: [], length: suite.signature.privateKeySize)
        // Below the order of every curve.
        key[0] = 0
        return key
    }

    /// A public key of the suite's KEM, for a use that has a name.
    package func hpkeKey(_ use: String) -> [UInt8] {
        Self.hpkeKey("\(name) \(use)", suite)
    }

    package static func hpkeKey(_ use: String, _ suite: CipherSuite) -> [UInt8] {
        try! suite.kem.deriveKeyPair(ikm: HashAlgorithm.sha512.hash(Array(use.utf8))).publicKey
    }

    package func sign(_ label: String, _ content: [UInt8]) -> [UInt8] {
        try! suite.signature.signWithLabel(
            privateKey: signaturePrivateKey, label: label, content: content)
    }

    /// A leaf that is not signed yet.
    package func leaf(_ source: LeafNode.Source, key: String) -> LeafNode {
        LeafNode(
            encryptionKey: hpkeKey(key), signatureKey: signatureKey, credential: credential,
            capabilities: capabilities, source: source, extensions: extensions, signature: [])
    }

    /// A signed key package; `edit` changes the leaf before it is signed, `editPackage` the rest.
    package func keyPackage(
        _ number: Int = 0, edit: (inout LeafNode) -> Void = { _ in },
        editPackage: (inout KeyPackage) -> Void = { _ in }
    ) -> KeyPackage {
        var leaf = leaf(
            .keyPackage(Lifetime(notBefore: 1_000, notAfter: 4_000_000_000)), key: "leaf \(number)")
        edit(&leaf)
        if leaf.signature.isEmpty {
            leaf.signature = sign("LeafNodeTBS", leaf.toBeSigned(groupID: [], leafIndex: 0))
        }
        var package = KeyPackage(
            version: .mls10, cipherSuite: CipherSuiteID(suite.rawValue),
            initKey: hpkeKey("init \(number)"), leafNode: leaf, extensions: [], signature: [])
        editPackage(&package)
        if package.signature.isEmpty {
            package.signature = sign("KeyPackageTBS", package.toBeSigned)
        }
        return package
    }
}
