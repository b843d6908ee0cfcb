import CLibcrypto

/// The AEADs of the cipher suites; the 16-byte tag follows the ciphertext.
package enum AEAD: Sendable {
    case aes128GCM, aes256GCM, chaCha20Poly1305

    /// Bytes of a key, `AEAD.Nk`.
    package var keySize: Int {
        self == .aes128GCM ? 16 : 32
    }

    /// Bytes of a nonce, `AEAD.Nn`.
    package var nonceSize: Int { 12 }

    private static let tagSize = 16

    package func seal(
        _ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], aad: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: plaintext.count + Self.tagSize)
        try withCipher(key: key, nonce: nonce, aad: aad, encrypt: true) {
            (context) throws(CryptoError) in
            var length: Int32 = 0
            try check(
                EVP_CipherUpdate(context, &output, &length, plaintext, Int32(plaintext.count)),
                "EVP_CipherUpdate")
            try check(EVP_CipherFinal_ex(context, nil, &length), "EVP_CipherFinal_ex")
            var tag = [UInt8](repeating: 0, count: Self.tagSize)
            try check(
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tag.count), &tag),
                "EVP_CIPHER_CTX_ctrl")
            output.replaceSubrange(plaintext.count..., with: tag)
        }
        return output
    }

    package func open(
        _ ciphertext: [UInt8], key: [UInt8], nonce: [UInt8], aad: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let size = ciphertext.count - Self.tagSize
        guard size >= 0 else { throw .invalidCiphertext }
        var output = [UInt8](repeating: 0, count: size)
        var tag = Array(ciphertext[size...])
        try withCipher(key: key, nonce: nonce, aad: aad, encrypt: false) {
            (context) throws(CryptoError) in
            var length: Int32 = 0
            try check(
                EVP_CipherUpdate(context, &output, &length, ciphertext, Int32(size)),
                "EVP_CipherUpdate")
            try check(
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag),
                "EVP_CIPHER_CTX_ctrl")
            guard EVP_CipherFinal_ex(context, nil, &length) == 1 else {
                ERR_clear_error()
                throw CryptoError.invalidCiphertext
            }
        }
        return output
    }

    private func withCipher(
        key: [UInt8], nonce: [UInt8], aad: [UInt8], encrypt: Bool,
        _ body: (OpaquePointer) throws(CryptoError) -> Void
    ) throws(CryptoError) {
        guard key.count == keySize else { throw .invalidLength(key.count) }
        guard nonce.count == nonceSize else { throw .invalidLength(nonce.count) }
        try Self.contexts.withContext { (context) throws(CryptoError) in
            let direction: Int32 = encrypt ? 1 : 0
            try check(
                EVP_CipherInit_ex2(context, algorithm.pointer, key, nonce, direction, nil),
                "EVP_CipherInit_ex2")
            defer { EVP_CIPHER_CTX_reset(context) }
            if !aad.isEmpty {
                var length: Int32 = 0
                try check(
                    EVP_CipherUpdate(context, nil, &length, aad, Int32(aad.count)),
                    "EVP_CipherUpdate")
            }
            try body(context)
        }
    }

    private var algorithm: Algorithm {
        switch self {
        case .aes128GCM: Self.fetchedAES128
        case .aes256GCM: Self.fetchedAES256
        case .chaCha20Poly1305: Self.fetchedChaCha20
        }
    }

    private static let contexts = ContextPool { EVP_CIPHER_CTX_new() }
    private static let fetchedAES128 = Algorithm(
        "AES-128-GCM", EVP_CIPHER_fetch(nil, "AES-128-GCM", nil))
    private static let fetchedAES256 = Algorithm(
        "AES-256-GCM", EVP_CIPHER_fetch(nil, "AES-256-GCM", nil))
    private static let fetchedChaCha20 = Algorithm(
        "ChaCha20-Poly1305", EVP_CIPHER_fetch(nil, "ChaCha20-Poly1305", nil))
}
