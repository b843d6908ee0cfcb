import PresentationLanguage

/// Public-key encryption of a cipher suite: HPKE in base mode (RFC 9180 §5.1.1), one message per
/// context, and its labelled form (RFC 9420 §5.1.3).
extension CipherSuite {
    /// `struct { opaque kem_output<V>; opaque ciphertext<V>; } HPKECiphertext`, not yet encoded.
    package struct Sealed: Sendable {
        package let kemOutput: [UInt8]
        package let ciphertext: [UInt8]

        package init(kemOutput: [UInt8], ciphertext: [UInt8]) {
            self.kemOutput = kemOutput
            self.ciphertext = ciphertext
        }
    }

    /// `EncryptWithLabel(publicKey, label, context, plaintext)`; `ephemeral` must be fresh.
    package func encryptWithLabel(
        publicKey: [UInt8], label: String, context: [UInt8], plaintext: [UInt8],
        ephemeral: KEM.KeyPair
    ) throws(CryptoError) -> Sealed {
        let (secret, output) = try kem.encapsulate(to: publicKey, ephemeral: ephemeral)
        let schedule = try keySchedule(secret: secret, info: Self.encryptContext(label, context))
        let ciphertext = try aead.seal(
            plaintext, key: schedule.key(), nonce: schedule.nonce(), aad: [])
        return Sealed(kemOutput: output, ciphertext: ciphertext)
    }

    /// `DecryptWithLabel(privateKey, label, context, kem_output, ciphertext)`
    package func decryptWithLabel(
        privateKey: [UInt8], label: String, context: [UInt8], sealed: Sealed
    ) throws(CryptoError) -> [UInt8] {
        let secret = try kem.decapsulate(sealed.kemOutput, privateKey: privateKey)
        let schedule = try keySchedule(secret: secret, info: Self.encryptContext(label, context))
        return try aead.open(
            sealed.ciphertext, key: schedule.key(), nonce: schedule.nonce(), aad: [])
    }

    /// `SetupBaseS(publicKey, "")` and an exported secret of `KDF.Nh` bytes (RFC 9180 §5.3), as an
    /// external commit starts an epoch (RFC 9420 §8.3); `ephemeral` must be fresh.
    package func exportSecret(
        to publicKey: [UInt8], exporterContext: [UInt8], ephemeral: KEM.KeyPair
    ) throws(CryptoError) -> (secret: [UInt8], kemOutput: [UInt8]) {
        let (secret, output) = try kem.encapsulate(to: publicKey, ephemeral: ephemeral)
        return (try keySchedule(secret: secret, info: []).export(exporterContext), output)
    }

    /// `SetupBaseR(kemOutput, privateKey, "")` and the same exported secret.
    package func exportSecret(
        from kemOutput: [UInt8], exporterContext: [UInt8], privateKey: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let secret = try kem.decapsulate(kemOutput, privateKey: privateKey)
        return try keySchedule(secret: secret, info: []).export(exporterContext)
    }

    /// `KeySchedule(mode_base, shared_secret, info, "", "")`
    private func keySchedule(
        secret: [UInt8], info: [UInt8]
    ) throws(CryptoError) -> HPKEKeySchedule {
        let labels = HPKELabels(hash: hash, suite: hpkeSuite)
        let modeBase: [UInt8] = [0]
        let context =
            try modeBase
            + labels.extract(salt: [], label: "psk_id_hash", ikm: [])
            + labels.extract(salt: [], label: "info_hash", ikm: info)
        return HPKEKeySchedule(
            suite: self, labels: labels, context: context,
            secret: try labels.extract(salt: secret, label: "secret", ikm: []))
    }

    /// `suite_id` of RFC 9180 §5.1.
    private var hpkeSuite: [UInt8] {
        let kdf: UInt16 =
            switch hash {
            case .sha256: 1
            case .sha384: 2
            case .sha512: 3
            }
        let cipher: UInt16 =
            switch aead {
            case .aes128GCM: 1
            case .aes256GCM: 2
            case .chaCha20Poly1305: 3
            }
        return Array("HPKE".utf8) + kem.identifier.encoded + kdf.encoded + cipher.encoded
    }

    /// `struct { opaque label<V>; opaque context<V>; } EncryptContext`
    private static func encryptContext(_ label: String, _ context: [UInt8]) -> [UInt8] {
        var writer = Writer()
        writer.write(opaque: Array("MLS 1.0 \(label)".utf8))
        writer.write(opaque: context)
        return writer.bytes
    }
}

/// The secrets of one HPKE context (RFC 9180 §5.1).
private struct HPKEKeySchedule {
    let suite: CipherSuite
    let labels: HPKELabels
    /// `key_schedule_context`
    let context: [UInt8]
    let secret: [UInt8]

    func key() throws(CryptoError) -> [UInt8] {
        try labels.expand(secret, label: "key", info: context, length: suite.aead.keySize)
    }

    /// The nonce of sequence number 0.
    func nonce() throws(CryptoError) -> [UInt8] {
        try labels.expand(
            secret, label: "base_nonce", info: context, length: suite.aead.nonceSize)
    }

    /// `Export(exporter_context, KDF.Nh)`
    func export(_ exporterContext: [UInt8]) throws(CryptoError) -> [UInt8] {
        let size = suite.hash.size
        let exporter = try labels.expand(secret, label: "exp", info: context, length: size)
        return try labels.expand(exporter, label: "sec", info: exporterContext, length: size)
    }
}
