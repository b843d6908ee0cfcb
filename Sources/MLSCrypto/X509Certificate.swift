import CLibcrypto

/// What MLS needs of a DER certificate (RFC 9420 §5.3): its public key, and its subject.
package struct X509Certificate: Sendable {
    /// The DER encoding of the subject name.
    package let subject: [UInt8]
    private let key: Key

    /// Refuses bytes that are not exactly one certificate.
    package init(der: [UInt8]) throws(CryptoError) {
        let (certificate, used) = der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            let certificate = d2i_X509(nil, &cursor, buffer.count)
            return (certificate, cursor.map { $0 - buffer.baseAddress! })
        }
        guard let certificate else { throw CryptoError.last(call: "d2i_X509") }
        defer { X509_free(certificate) }
        guard used == der.count else { throw .invalidLength(der.count) }
        key = .adopting(try check(X509_get_pubkey(certificate), "X509_get_pubkey"))
        let name = try check(X509_get_subject_name(certificate), "X509_get_subject_name")
        var encoding: UnsafeMutablePointer<UInt8>?
        let length = i2d_X509_NAME(name, &encoding)
        guard length >= 0, let encoding else { throw CryptoError.last(call: "i2d_X509_NAME") }
        defer { CRYPTO_free(encoding, #file, #line) }
        subject = Array(UnsafeBufferPointer(start: encoding, count: Int(length)))
    }

    /// Whether the certificate is for this signature key, given in the form of RFC 9420 §5.1.1.
    package func certifies(_ signatureKey: [UInt8], of scheme: SignatureScheme) -> Bool {
        guard let given = try? Key.publicKey(signatureKey, on: scheme.curve) else { return false }
        defer { ERR_clear_error() }
        return EVP_PKEY_eq(key.pointer, given.pointer) == 1
    }
}
