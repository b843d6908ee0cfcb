import MLSCrypto
import MLSMessages
import PresentationLanguage

/// The secrets that the members of an epoch share (RFC 9420 §8, table 4).
package struct EpochSecrets: Sendable {
    package let senderDataSecret: [UInt8]
    package let encryptionSecret: [UInt8]
    package let exporterSecret: [UInt8]
    package let externalSecret: [UInt8]
    package let confirmationKey: [UInt8]
    package let membershipKey: [UInt8]
    package let resumptionPSK: [UInt8]
    package let epochAuthenticator: [UInt8]
    /// For the next epoch.
    package let initSecret: [UInt8]

    /// Those of an `epoch_secret`, which is random where a group starts.
    package init(_ suite: CipherSuite, epochSecret: [UInt8]) throws(CryptoError) {
        func derive(_ label: String) throws(CryptoError) -> [UInt8] {
            try suite.hash.deriveSecret(secret: epochSecret, label: label)
        }
        senderDataSecret = try derive("sender data")
        encryptionSecret = try derive("encryption")
        exporterSecret = try derive("exporter")
        externalSecret = try derive("external")
        confirmationKey = try derive("confirm")
        membershipKey = try derive("membership")
        resumptionPSK = try derive("resumption")
        epochAuthenticator = try derive("authentication")
        initSecret = try derive("init")
    }

    /// `MLS-Exporter(label, context, length)` (RFC 9420 §8.5); `length` in bytes.
    package func export(
        _ suite: CipherSuite, label: String, context: [UInt8], length: Int
    ) throws(CryptoError) -> [UInt8] {
        let secret = try suite.hash.deriveSecret(secret: exporterSecret, label: label)
        return try suite.hash.expandWithLabel(
            secret: secret, label: "exported", context: suite.hash.hash(context), length: length)
    }

    /// The key pair of `external_pub` (RFC 9420 §8).
    package func externalKeyPair(_ suite: CipherSuite) throws(CryptoError) -> KEM.KeyPair {
        try suite.kem.deriveKeyPair(ikm: externalSecret)
    }

    /// `confirmation_tag` of the epoch (RFC 9420 §6.1).
    package func confirmationTag(
        _ suite: CipherSuite, of confirmedTranscriptHash: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try suite.hash.hmac(key: confirmationKey, confirmedTranscriptHash)
    }
}

/// From one epoch to the next (RFC 9420 §8, figure 22).
package struct EpochTransition: Sendable {
    private let suite: CipherSuite
    package let joinerSecret: [UInt8]
    /// What both the welcome secret and the epoch's secret are derived from.
    private let memberSecret: [UInt8]

    /// For those who were in the epoch before. `context` is that of the new epoch.
    package init(
        _ suite: CipherSuite, initSecret: [UInt8], commitSecret: [UInt8], pskSecret: [UInt8],
        context: GroupContext
    ) throws(CryptoError) {
        let extracted = try suite.hash.extract(salt: initSecret, ikm: commitSecret)
        let joinerSecret = try suite.hash.expandWithLabel(
            secret: extracted, label: "joiner", context: context.encoded, length: suite.hash.size)
        try self.init(suite, joinerSecret: joinerSecret, pskSecret: pskSecret)
    }

    /// For those who join by a Welcome.
    package init(
        _ suite: CipherSuite, joinerSecret: [UInt8], pskSecret: [UInt8]
    ) throws(CryptoError) {
        self.suite = suite
        self.joinerSecret = joinerSecret
        memberSecret = try suite.hash.extract(salt: joinerSecret, ikm: pskSecret)
    }

    package func secrets(_ context: GroupContext) throws(CryptoError) -> EpochSecrets {
        let epochSecret = try suite.hash.expandWithLabel(
            secret: memberSecret, label: "epoch", context: context.encoded,
            length: suite.hash.size)
        return try EpochSecrets(suite, epochSecret: epochSecret)
    }

    package var welcomeSecret: [UInt8] {
        get throws(CryptoError) {
            try suite.hash.deriveSecret(secret: memberSecret, label: "welcome")
        }
    }

    /// Key and nonce of a Welcome's `encrypted_group_info` (RFC 9420 §12.4.3.1).
    package func welcomeKey() throws(CryptoError) -> MessageKey {
        let secret = try welcomeSecret
        return MessageKey(
            key: try suite.hash.expandWithLabel(
                secret: secret, label: "key", context: [], length: suite.aead.keySize),
            nonce: try suite.hash.expandWithLabel(
                secret: secret, label: "nonce", context: [], length: suite.aead.nonceSize))
    }
}

/// An AEAD key with the nonce that it is used with once.
package struct MessageKey: Sendable {
    package let key: [UInt8]
    package let nonce: [UInt8]
}

extension CipherSuite {
    /// The string of zeros that stands for a secret which a commit does not bring.
    package var zeroSecret: [UInt8] { [UInt8](repeating: 0, count: hash.size) }

    /// `exporter_context` of the secret that an external commit brings (RFC 9420 §8.3).
    static let externalInitContext = Array("MLS 1.0 external init secret".utf8)
}
