import CLibcrypto
import PresentationLanguage

/// The Diffie-Hellman based KEMs of HPKE that the cipher suites use (RFC 9180 §4.1, §7.1).
package enum KEM: Sendable {
    case p256, p384, p521, x25519, x448

    /// A key pair in the byte forms of RFC 9180 §7.1.
    package struct KeyPair: Sendable {
        package let privateKey: [UInt8]
        package let publicKey: [UInt8]
    }

    /// Bytes of a KEM output, `Nenc`: those of a public key.
    package var outputSize: Int { curve.publicKeySize }

    /// Whether the bytes are a public key of this KEM (`DeserializePublicKey`).
    package func isPublicKey(_ bytes: [UInt8]) -> Bool {
        // Of a Montgomery curve, any bytes of this number are one.
        if curve.nist == nil { return bytes.count == curve.publicKeySize }
        return (try? Key.publicKey(bytes, on: curve)) != nil
    }

    /// The public key of a private one.
    package func publicKey(of privateKey: [UInt8]) throws(CryptoError) -> [UInt8] {
        try Key.privateKey(privateKey, on: curve).publicBytes(on: curve)
    }

    /// Bytes of a private key, `Nsk`.
    package var privateKeySize: Int { curve.privateKeySize }

    /// The key pair of a private key.
    package func keyPair(of privateKey: [UInt8]) throws(CryptoError) -> KeyPair {
        KeyPair(privateKey: privateKey, publicKey: try publicKey(of: privateKey))
    }

    /// `DeriveKeyPair(ikm)` (RFC 9180 §7.1.3).
    package func deriveKeyPair(ikm: [UInt8]) throws(CryptoError) -> KeyPair {
        let prk = try labels.extract(salt: [], label: "dkp_prk", ikm: ikm)
        if curve == .x25519 || curve == .x448 {
            let key = try labels.expand(prk, label: "sk", info: [], length: curve.privateKeySize)
            return KeyPair(privateKey: key, publicKey: try publicKey(of: key))
        }
        for counter in UInt8.min...UInt8.max {
            var key = try labels.expand(
                prk, label: "candidate", info: [counter], length: curve.privateKeySize)
            if self == .p521 { key[0] &= 1 }
            // A scalar outside the order is the one failure that asks for the next candidate.
            if let publicKey = try? publicKey(of: key) {
                return KeyPair(privateKey: key, publicKey: publicKey)
            }
        }
        throw .invalidKey
    }

    /// `Encap(pkR)` with the ephemeral key pair given, so that the caller owns the randomness.
    func encapsulate(
        to publicKey: [UInt8], ephemeral: KeyPair
    ) throws(CryptoError) -> (secret: [UInt8], output: [UInt8]) {
        let shared = try diffieHellman(ephemeral.privateKey, publicKey)
        let secret = try secret(shared: shared, output: ephemeral.publicKey, recipient: publicKey)
        return (secret, ephemeral.publicKey)
    }

    /// `Decap(enc, skR)`
    func decapsulate(
        _ output: [UInt8], privateKey: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let shared = try diffieHellman(privateKey, output)
        return try secret(shared: shared, output: output, recipient: publicKey(of: privateKey))
    }

    private func secret(
        shared: [UInt8], output: [UInt8], recipient: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let prk = try labels.extract(salt: [], label: "eae_prk", ikm: shared)
        return try labels.expand(
            prk, label: "shared_secret", info: output + recipient, length: hash.size)
    }

    /// Refuses the all-zero result that X25519 and X448 give for points of small order.
    private func diffieHellman(
        _ privateKey: [UInt8], _ publicKey: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let own = try Key.privateKey(privateKey, on: curve)
        let peer = try Key.publicKey(publicKey, on: curve)
        let context = try check(EVP_PKEY_CTX_new(own.pointer, nil), "EVP_PKEY_CTX_new")
        defer { EVP_PKEY_CTX_free(context) }
        try check(EVP_PKEY_derive_init(context), "EVP_PKEY_derive_init")
        try check(EVP_PKEY_derive_set_peer(context, peer.pointer), "EVP_PKEY_derive_set_peer")
        var length = 0
        try check(EVP_PKEY_derive(context, nil, &length), "EVP_PKEY_derive")
        var shared = [UInt8](repeating: 0, count: length)
        try check(EVP_PKEY_derive(context, &shared, &length), "EVP_PKEY_derive")
        return Array(shared[..<length])
    }

    /// The identifier of RFC 9180 §7.1.
    var identifier: UInt16 {
        switch self {
        case .p256: 0x0010
        case .p384: 0x0011
        case .p521: 0x0012
        case .x25519: 0x0020
        case .x448: 0x0021
        }
    }

    var hash: HashAlgorithm {
        switch self {
        case .p256, .x25519: .sha256
        case .p384: .sha384
        case .p521, .x448: .sha512
        }
    }

    private var curve: Curve {
        switch self {
        case .p256: .p256
        case .p384: .p384
        case .p521: .p521
        case .x25519: .x25519
        case .x448: .x448
        }
    }

    private var labels: HPKELabels {
        HPKELabels(hash: hash, suite: Array("KEM".utf8) + identifier.encoded)
    }
}

/// `LabeledExtract` and `LabeledExpand` (RFC 9180 §4).
struct HPKELabels {
    let hash: HashAlgorithm
    /// `suite_id`
    let suite: [UInt8]

    func extract(salt: [UInt8], label: String, ikm: [UInt8]) throws(CryptoError) -> [UInt8] {
        try hash.extract(salt: salt, ikm: Array("HPKE-v1".utf8) + suite + Array(label.utf8) + ikm)
    }

    func expand(
        _ prk: [UInt8], label: String, info: [UInt8], length: Int
    ) throws(CryptoError) -> [UInt8] {
        let labelled =
            UInt16(length).encoded + Array("HPKE-v1".utf8) + suite + Array(label.utf8) + info
        return try hash.expand(secret: prk, info: labelled, length: length)
    }
}
