import MLSCrypto

/// A private key for notes, in the text form of Go's `sumdb/note`. The key ID is that of the public key.
///
/// ```
/// PRIVATE+KEY+<name>+<key ID, 8 hexadecimal digits>+base64(type ‖ seed)
/// ```
package struct SignerKey: Sendable {
    package let verifier: VerifierKey
    /// An Ed25519 private key (RFC 8032 §5.1.5).
    private let seed: Digest32

    private static let prefix = "PRIVATE+KEY+"

    /// Nil if no key can have this name.
    package init?(name: NoteLine, type: SignatureType, seed: Digest32) throws(CryptoError) {
        let publicKey = try SignatureScheme.ed25519.publicKey(of: seed.bytes)
        guard let publicKey = Digest32(publicKey),
            let verifier = VerifierKey(name: name, type: type, publicKey: publicKey)
        else { return nil }
        self.verifier = verifier
        self.seed = seed
    }

    package init(parsing text: some Collection<UInt8>) throws(KeyTextError) {
        guard text.starts(with: Self.prefix.utf8) else { throw .malformed }
        let parts = try KeyText(text.dropFirst(Self.prefix.utf8.count))
        guard
            let key = (try? SignerKey(name: parts.name, type: parts.type, seed: parts.key)) ?? nil
        else { throw .malformed }
        guard key.verifier.keyID == parts.keyID else { throw .wrongKeyID }
        self = key
    }

    package var text: String {
        Self.prefix + KeyText(verifier.name, verifier.keyID, verifier.type, seed).text
    }

    /// Signs the text of a note.
    ///
    /// - Parameter time: seconds since 1970-01-01 UTC, below 2^63. A cosignature states it; a plain
    ///   signature has no place for it.
    package func sign(_ text: [UInt8], at time: UInt64) throws(CryptoError) -> NoteSignature {
        let bytes: [UInt8]
        switch verifier.type {
        case .ed25519:
            bytes = try SignatureScheme.ed25519.sign(text, privateKey: seed.bytes)
        case .cosignature:
            let message = TimestampedSignature.message(text, at: time)
            let signature = try SignatureScheme.ed25519.sign(message, privateKey: seed.bytes)
            bytes = TimestampedSignature(time: time, signature: signature).encoded
        }
        return NoteSignature(of: verifier, bytes: bytes)
    }
}
