import MLSCrypto
import PresentationLanguage

/// The signature types that are used here (C2SP signed-note, "Signature types").
package enum SignatureType: UInt8, Sendable {
    /// Ed25519 over the text of the note. Logs sign so.
    case ed25519 = 0x01
    /// Ed25519 over a time and the text of the note (C2SP tlog-cosignature). Witnesses sign so.
    case cosignature = 0x04
}

/// Why a text is not a key.
package enum KeyTextError: Error, Hashable, Sendable {
    case malformed
    /// A signature type that is not used here.
    case unknownType(UInt8)
    /// The key ID in the text is not that of the key.
    case wrongKeyID
}

/// A public key for notes, with its name and signature type (C2SP signed-note, "Verifier keys").
///
/// ```
/// <name>+<key ID, 8 hexadecimal digits>+base64(type ‖ public key)
/// key ID = SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4]
/// ```
package struct VerifierKey: Hashable, Sendable {
    package let name: NoteLine
    package let type: SignatureType
    /// An Ed25519 public key (RFC 8032 §5.1.5), 32 bytes.
    package let publicKey: Digest32
    package let keyID: UInt32

    /// Nil if no key can have this name.
    package init?(name: NoteLine, type: SignatureType, publicKey: Digest32) {
        guard name.isKeyName else { return nil }
        self.name = name
        self.type = type
        self.publicKey = publicKey
        let digest = SHA256.hash(name.bytes, [0x0a, type.rawValue], publicKey.bytes)
        keyID = digest.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    package init(parsing text: some Collection<UInt8>) throws(KeyTextError) {
        let parts = try KeyText(text)
        guard let key = VerifierKey(name: parts.name, type: parts.type, publicKey: parts.key)
        else { throw .malformed }
        guard key.keyID == parts.keyID else { throw .wrongKeyID }
        self = key
    }

    package var text: String { KeyText(name, keyID, type, publicKey).text }

    /// Whether a signature says that it is of this key.
    package func isNamed(by signature: NoteSignature) -> Bool {
        signature.name == name && signature.keyID == keyID
    }

    /// Whether this key made the signature of a note with this text.
    package func verifies(_ signature: NoteSignature, of text: [UInt8]) -> Bool {
        guard isNamed(by: signature) else { return false }
        switch type {
        case .ed25519:
            return SignatureScheme.ed25519.verify(
                signature.bytes, of: text, publicKey: publicKey.bytes)
        case .cosignature:
            guard let cosignature = try? TimestampedSignature(parsing: signature.bytes) else {
                return false
            }
            return SignatureScheme.ed25519.verify(
                cosignature.signature, of: cosignature.message(text), publicKey: publicKey.bytes)
        }
    }
}

/// What the texts of verifier and signer keys have in common.
struct KeyText {
    let name: NoteLine
    let keyID: UInt32
    let type: SignatureType
    let key: Digest32

    init(_ name: NoteLine, _ keyID: UInt32, _ type: SignatureType, _ key: Digest32) {
        self.name = name
        self.keyID = keyID
        self.type = type
        self.key = key
    }

    init(_ text: some Collection<UInt8>) throws(KeyTextError) {
        let parts = text.split(
            separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let name = NoteLine(parts[0]),
            let id = PresentationLanguage.bytes(hex: String(decoding: parts[1], as: UTF8.self)),
            id.count == 4, let data = Base64.decode(parts[2]), let first = data.first
        else { throw .malformed }
        guard let type = SignatureType(rawValue: first) else { throw .unknownType(first) }
        guard let key = Digest32(data.dropFirst()) else { throw .malformed }
        self.init(name, id.reduce(0) { $0 << 8 | UInt32($1) }, type, key)
    }

    var text: String {
        let id = hex((0..<4).map { UInt8(truncatingIfNeeded: keyID >> (24 - 8 * $0)) })
        return "\(name)+\(id)+\(Base64.encode([type.rawValue] + key.bytes))"
    }
}
