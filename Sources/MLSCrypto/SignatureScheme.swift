import CLibcrypto
import PresentationLanguage

/// The signature schemes of the cipher suites. ECDSA signatures are DER `ECDSA-Sig-Value`s
/// (RFC 9420 §5.1.2).
package enum SignatureScheme: Sendable {
    case ed25519, ed448, p256, p384, p521

    var curve: Curve {
        switch self {
        case .ed25519: .ed25519
        case .ed448: .ed448
        case .p256: .p256
        case .p384: .p384
        case .p521: .p521
        }
    }

    /// The message digest of ECDSA; the Edwards schemes bring their own.
    private var digest: HashAlgorithm? {
        switch self {
        case .ed25519, .ed448: nil
        case .p256: .sha256
        case .p384: .sha384
        case .p521: .sha512
        }
    }

    /// Bytes of a private key.
    package var privateKeySize: Int { curve.privateKeySize }

    /// The public key of a private one.
    package func publicKey(of privateKey: [UInt8]) throws(CryptoError) -> [UInt8] {
        try Key.privateKey(privateKey, on: curve).publicBytes(on: curve)
    }

    /// A private key made of random bytes; `random` gives as many as it is asked for.
    package func privateKey(
        from random: (Int) throws(CryptoError) -> [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        while true {
            var key = try random(privateKeySize)
            // The order of P-521 has 521 bits.
            if self == .p521 { key[0] &= 1 }
            if (try? publicKey(of: key)) != nil { return key }
        }
    }

    /// The signature of a message. The same message and key give the same signature in every scheme:
    /// ECDSA takes its nonce from them (RFC 6979).
    package func sign(_ message: [UInt8], privateKey: [UInt8]) throws(CryptoError) -> [UInt8] {
        if let digest, let nist = curve.nist {
            return try nist.sign(message, scalar: privateKey, digest)
        }
        let key = try Key.privateKey(privateKey, on: curve)
        return try withFreshContext { (context) throws(CryptoError) in
            try check(
                EVP_DigestSignInit_ex(context, nil, nil, nil, nil, key.pointer, nil),
                "EVP_DigestSignInit_ex")
            var length = 0
            try check(
                EVP_DigestSign(context, nil, &length, message, message.count), "EVP_DigestSign")
            var signature = [UInt8](repeating: 0, count: length)
            try check(
                EVP_DigestSign(context, &signature, &length, message, message.count),
                "EVP_DigestSign")
            return Array(signature[..<length])
        }
    }

    /// Whether the signature is one of the message by the key. A key that is not a point of the
    /// curve verifies nothing.
    package func verify(_ signature: [UInt8], of message: [UInt8], publicKey: [UInt8]) -> Bool {
        do {
            let key = try Key.publicKey(publicKey, on: curve)
            return try withFreshContext { (context) throws(CryptoError) in
                try check(
                    EVP_DigestVerifyInit_ex(context, nil, digest?.name, nil, nil, key.pointer, nil),
                    "EVP_DigestVerifyInit_ex")
                try check(
                    EVP_DigestVerify(context, signature, signature.count, message, message.count),
                    "EVP_DigestVerify")
                return true
            }
        } catch {
            return false
        }
    }

    private func withFreshContext<T>(
        _ body: (OpaquePointer) throws(CryptoError) -> T
    ) throws(CryptoError) -> T {
        let context = try check(EVP_MD_CTX_new(), "EVP_MD_CTX_new")
        defer { EVP_MD_CTX_free(context) }
        return try body(context)
    }
}

/// Labelled signatures (RFC 9420 §5.1.2).
extension SignatureScheme {
    /// `SignWithLabel(privateKey, label, content)`
    package func signWithLabel(
        privateKey: [UInt8], label: String, content: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try sign(Self.signContent(label, content), privateKey: privateKey)
    }

    /// `VerifyWithLabel(publicKey, label, content, signature)`
    package func verifyWithLabel(
        publicKey: [UInt8], label: String, content: [UInt8], signature: [UInt8]
    ) -> Bool {
        verify(signature, of: Self.signContent(label, content), publicKey: publicKey)
    }

    /// `struct { opaque label<V>; opaque content<V>; } SignContent`
    package static func signContent(_ label: String, _ content: [UInt8]) -> [UInt8] {
        var writer = Writer(reserving: content.count + label.utf8.count + 16)
        writer.write(opaque: Array("MLS 1.0 \(label)".utf8))
        writer.write(opaque: content)
        return writer.bytes
    }
}
