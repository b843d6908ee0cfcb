import MLSCrypto
import MLSMessages
import PresentationLanguage

/// A client: its signature key, and what it says of itself in its leaves (RFC 9420 §5.3, §7.2).
package struct Client: Sendable {
    package let suite: CipherSuite
    package let signatureKey: [UInt8]
    private let signaturePrivateKey: [UInt8]
    package var credential: Credential
    package var capabilities: Capabilities
    /// The extensions of its leaves.
    package var extensions: [Extension] = []

    /// A client with a key that it has already.
    package init(
        _ suite: CipherSuite, _ credential: Credential, signaturePrivateKey: [UInt8]
    ) throws(CryptoError) {
        self.suite = suite
        self.credential = credential
        self.signaturePrivateKey = signaturePrivateKey
        signatureKey = try suite.signature.publicKey(of: signaturePrivateKey)
        capabilities = Capabilities(
            versions: [.mls10], cipherSuites: [CipherSuiteID(suite.rawValue)],
            extensions: [.appDataDictionary],
            proposals: [.appDataUpdate, .appEphemeral, .selfRemove],
            credentials: [.basic, .x509])
    }

    /// A client with a new key.
    package init(
        _ suite: CipherSuite, _ credential: Credential, _ random: any RandomSource
    ) throws(CryptoError) {
        let key = try suite.signature.privateKey { (count) throws(CryptoError) in
            try random.bytes(count)
        }
        try self.init(suite, credential, signaturePrivateKey: key)
    }

    /// The same client with a new signature key, and the credential that goes with it.
    package func rotated(
        _ credential: Credential, _ random: any RandomSource
    ) throws(CryptoError) -> Client {
        var client = try Client(suite, credential, random)
        client.capabilities = capabilities
        client.extensions = extensions
        return client
    }

    /// Lets its leaves say that it knows these components (mls-extensions §4.4), and `others` beside them.
    package mutating func listComponents(
        _ components: some Sequence<ComponentID>, and others: [ComponentData] = []
    ) {
        let list = ComponentsList(Array(components))
        let dictionary = AppDataDictionary(
            [ComponentData(.appComponents, data: list.encoded)] + others)
        extensions = [Extension(.appDataDictionary, data: dictionary.encoded)]
    }

    /// `SignWithLabel` (RFC 9420 §5.1.2) with the client's key.
    package func sign(_ label: String, _ content: [UInt8]) throws(CryptoError) -> [UInt8] {
        try suite.signature.signWithLabel(
            privateKey: signaturePrivateKey, label: label, content: content)
    }

    /// A signed leaf; a key package's is bound to no group and place.
    func leaf(
        _ source: LeafNode.Source, key: [UInt8], groupID: [UInt8] = [], at index: UInt32 = 0
    ) throws(CryptoError) -> LeafNode {
        var leaf = LeafNode(
            encryptionKey: key, signatureKey: signatureKey, credential: credential,
            capabilities: capabilities, source: source, extensions: extensions, signature: [])
        leaf.signature = try sign(
            "LeafNodeTBS", leaf.toBeSigned(groupID: groupID, leafIndex: index))
        return leaf
    }

    /// A new key package with its private keys. One of last resort may be used more than once
    /// (mls-extensions §6.4).
    package func keyPackage(
        _ lifetime: Lifetime, isLastResort: Bool = false, _ random: any RandomSource
    ) throws(CryptoError) -> OwnKeyPackage {
        let initKey = try random.keyPair(suite.kem)
        let leafKey = try random.keyPair(suite.kem)
        let package = try keyPackage(
            lifetime, isLastResort: isLastResort, initKey: initKey.publicKey,
            leafKey: leafKey.publicKey)
        return OwnKeyPackage(
            client: self, keyPackage: package, initKey: initKey.privateKey, leafKey: leafKey)
    }

    /// A signed key package of given keys (RFC 9420 §10).
    package func keyPackage(
        _ lifetime: Lifetime, isLastResort: Bool = false, initKey: [UInt8], leafKey: [UInt8]
    ) throws(CryptoError) -> KeyPackage {
        let mark = AppDataDictionary([ComponentData(.lastResortKeyPackage, data: [])])
        var package = KeyPackage(
            version: .mls10, cipherSuite: CipherSuiteID(suite.rawValue), initKey: initKey,
            leafNode: try leaf(.keyPackage(lifetime), key: leafKey),
            extensions: isLastResort ? [Extension(.appDataDictionary, data: mark.encoded)] : [],
            signature: [])
        package.signature = try sign("KeyPackageTBS", package.toBeSigned)
        return package
    }
}

/// A key package of one's own.
package struct OwnKeyPackage: Sendable {
    package let client: Client
    package let keyPackage: KeyPackage
    /// The private key of `init_key`.
    let initKey: [UInt8]
    let leafKey: KEM.KeyPair

    package init(client: Client, keyPackage: KeyPackage, initKey: [UInt8], leafKey: KEM.KeyPair) {
        self.client = client
        self.keyPackage = keyPackage
        self.initKey = initKey
        self.leafKey = leafKey
    }

    package var reference: [UInt8] { keyPackage.reference(client.suite.hash) }
}
