import CLibcrypto
import PresentationLanguage

/// HMAC and HKDF with the suite's hash, and the labelled derivations of RFC 9420 §8.
extension HashAlgorithm {
    /// `HMAC(key, message)` (RFC 2104).
    package func hmac(key: [UInt8], _ message: [UInt8]) throws(CryptoError) -> [UInt8] {
        let context = try check(EVP_MAC_CTX_new(Self.fetchedHMAC.pointer), "EVP_MAC_CTX_new")
        defer { EVP_MAC_CTX_free(context) }
        var mac = [UInt8](repeating: 0, count: size)
        var length = 0
        try withParameters([.text(OSSL_MAC_PARAM_DIGEST, name)]) {
            (parameters) throws(CryptoError) in
            // A null key pointer would mean "keep the key of before".
            let keyBytes = key.isEmpty ? [0] : key
            try check(EVP_MAC_init(context, keyBytes, key.count, parameters), "EVP_MAC_init")
        }
        try check(EVP_MAC_update(context, message, message.count), "EVP_MAC_update")
        try check(EVP_MAC_final(context, &mac, &length, mac.count), "EVP_MAC_final")
        return mac
    }

    /// `HKDF-Extract(salt, ikm)` (RFC 5869), which is defined as this HMAC.
    package func extract(salt: [UInt8], ikm: [UInt8]) throws(CryptoError) -> [UInt8] {
        try hmac(key: salt, ikm)
    }

    /// `HKDF-Expand(secret, info, length)` (RFC 5869).
    package func expand(
        secret: [UInt8], info: [UInt8], length: Int
    ) throws(CryptoError) -> [UInt8] {
        guard length > 0, length <= 255 * size else { throw .invalidLength(length) }
        // Not libcrypto's HKDF: it takes at most 32 KiB of info, and a GroupContext may be longer.
        var output: [UInt8] = []
        var block: [UInt8] = []
        var counter: UInt8 = 1
        while output.count < length {
            block = try hmac(key: secret, block + info + [counter])
            output += block
            counter &+= 1
        }
        return Array(output.prefix(length))
    }

    /// `ExpandWithLabel(secret, label, context, length)` (RFC 9420 §8); `length` in bytes.
    package func expandWithLabel(
        secret: [UInt8], label: String, context: [UInt8], length: Int
    ) throws(CryptoError) -> [UInt8] {
        guard let claimed = UInt16(exactly: length) else { throw .invalidLength(length) }
        var info = Writer()
        info.write(claimed)
        info.write(opaque: Array("MLS 1.0 \(label)".utf8))
        info.write(opaque: context)
        return try expand(secret: secret, info: info.bytes, length: length)
    }

    /// `DeriveSecret(secret, label)` (RFC 9420 §8).
    package func deriveSecret(secret: [UInt8], label: String) throws(CryptoError) -> [UInt8] {
        try expandWithLabel(secret: secret, label: label, context: [], length: size)
    }

    /// `DeriveTreeSecret(secret, label, generation, length)` (RFC 9420 §9); `length` in bytes.
    package func deriveTreeSecret(
        secret: [UInt8], label: String, generation: UInt32, length: Int
    ) throws(CryptoError) -> [UInt8] {
        try expandWithLabel(
            secret: secret, label: label, context: generation.encoded, length: length)
    }

    private static let fetchedHMAC = Algorithm("HMAC", EVP_MAC_fetch(nil, "HMAC", nil))
}
