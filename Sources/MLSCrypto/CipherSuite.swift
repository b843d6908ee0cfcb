/// The MLS cipher suites (RFC 9420 §17.1).
package enum CipherSuite: UInt16, CaseIterable, Sendable {
    case x25519Aes128 = 1
    case p256Aes128 = 2
    case x25519ChaCha20 = 3
    case x448Aes256 = 4
    case p521Aes256 = 5
    case x448ChaCha20 = 6
    case p384Aes256 = 7

    /// The hash of the suite, which is also the one of its KDF and its KEM.
    package var hash: HashAlgorithm {
        switch self {
        case .x25519Aes128, .p256Aes128, .x25519ChaCha20: .sha256
        case .p384Aes256: .sha384
        case .x448Aes256, .p521Aes256, .x448ChaCha20: .sha512
        }
    }

    package var signature: SignatureScheme {
        switch self {
        case .x25519Aes128, .x25519ChaCha20: .ed25519
        case .x448Aes256, .x448ChaCha20: .ed448
        case .p256Aes128: .p256
        case .p384Aes256: .p384
        case .p521Aes256: .p521
        }
    }

    package var kem: KEM {
        switch self {
        case .x25519Aes128, .x25519ChaCha20: .x25519
        case .x448Aes256, .x448ChaCha20: .x448
        case .p256Aes128: .p256
        case .p384Aes256: .p384
        case .p521Aes256: .p521
        }
    }

    package var aead: AEAD {
        switch self {
        case .x25519Aes128, .p256Aes128: .aes128GCM
        case .x448Aes256, .p521Aes256, .p384Aes256: .aes256GCM
        case .x25519ChaCha20, .x448ChaCha20: .chaCha20Poly1305
        }
    }
}
