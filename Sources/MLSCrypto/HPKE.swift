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
            plaintext, key: schedule.key, nonce: schedule.nonce, aad: [])
        return Sealed(kemOutput: output, ciphertext: ciphertext)
    }

    /// `DecryptWithLabel(privateKey, label, context, kem_output, ciphertext)`
    package func decryptWithLabel(
        privateKey: [UInt8], label: String, context: [UInt8], sealed: Sealed
    ) throws(CryptoError) -> [UInt8] {
        let secret = try kem.decapsulate(sealed.kemOutput, privateKey: privateKey)
        let schedule = try keySchedule(secret: secret, info: Self.encryptContext(label, context))
        return try aead.open(
            sealed.ciphertext, key: schedule.key, nonce: schedule.nonce, aad: [])
    }

    /// `KeySchedule(mode_base, shared_secret, info, "", "")`; the nonce is that of sequence 0.
    private func keySchedule(
        secret: [UInt8], info: [UInt8]
    ) throws(CryptoError) -> (key: [UInt8], nonce: [UInt8]) {
        let labels = HPKELabels(hash: hash, suite: hpkeSuite)
        let modeBase: [UInt8] = [0]
        let context =
            try modeBase
            + labels.extract(salt: [], label: "psk_id_hash", ikm: [])
            + labels.extract(salt: [], label: "info_hash", ikm: info)
        let prk = try labels.extract(salt: secret, label: "secret", ikm: [])
        let key = try labels.expand(prk, label: "key", info: context, length: aead.keySize)
        let nonce = try labels.expand(
            prk, label: "base_nonce", info: context, length: aead.nonceSize)
        return (key, nonce)
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
