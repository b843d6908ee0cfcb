import CLibcrypto

/// A chain of DER certificates, the end entity first (RFC 9420 §5.3).
package struct CertificateChain: Sendable {
    private let certificates: [[UInt8]]

    package init(_ certificates: [[UInt8]]) {
        self.certificates = certificates
    }

    /// Whether the chain leads to one of these roots (RFC 5280 §6). Validity periods are not looked at:
    /// a decision must not depend on when it is made again.
    package func leads(to roots: [[UInt8]]) throws(CryptoError) -> Bool {
        guard let end = certificates.first else { return false }
        let store = try check(X509_STORE_new(), "X509_STORE_new")
        defer { X509_STORE_free(store) }
        for root in roots {
            let certificate = try Self.decode(root)
            defer { X509_free(certificate) }
            try check(X509_STORE_add_cert(store, certificate), "X509_STORE_add_cert")
        }
        let others = try check(OPENSSL_sk_new_null(), "OPENSSL_sk_new_null")
        var held: [OpaquePointer] = []
        defer {
            OPENSSL_sk_free(others)
            for certificate in held { X509_free(certificate) }
        }
        for bytes in certificates.dropFirst() {
            let certificate = try Self.decode(bytes)
            held.append(certificate)
            OPENSSL_sk_push(others, UnsafeRawPointer(certificate))
        }
        let certificate = try Self.decode(end)
        held.append(certificate)
        let context = try check(X509_STORE_CTX_new(), "X509_STORE_CTX_new")
        defer { X509_STORE_CTX_free(context) }
        try check(
            X509_STORE_CTX_init(context, store, certificate, others), "X509_STORE_CTX_init")
        X509_VERIFY_PARAM_set_flags(
            X509_STORE_CTX_get0_param(context),
            UInt(X509_V_FLAG_NO_CHECK_TIME) | UInt(X509_V_FLAG_PARTIAL_CHAIN))
        defer { ERR_clear_error() }
        return X509_verify_cert(context) == 1
    }

    private static func decode(_ der: [UInt8]) throws(CryptoError) -> OpaquePointer {
        let certificate = der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            return d2i_X509(nil, &cursor, buffer.count)
        }
        return try check(certificate, "d2i_X509")
    }
}
