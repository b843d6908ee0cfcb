import CLibcrypto

/// Issues certificates for the clients of a provider: for scenarios and tests, whose certificates must
/// follow from a seed.
package struct CertificateAuthority: Sendable {
    /// DER.
    package let certificate: [UInt8]
    private let name: String
    private let key: Key

    /// An authority with an Ed25519 key, whose signatures are deterministic (RFC 8032 §5.1.6).
    package init(name: String, seed: [UInt8]) throws(CryptoError) {
        key = try .privateKey(seed, on: .ed25519)
        self.name = name
        let own = try Self.template(issuer: name, serial: 1)
        defer { X509_free(own) }
        try Self.name([("2.5.4.3", name)], X509_get_subject_name(own))
        try check(X509_set_pubkey(own, key.pointer), "X509_set_pubkey")
        let extensions = try check(
            X509V3_EXT_nconf_nid(nil, nil, NID_basic_constraints, "critical,CA:TRUE"),
            "X509V3_EXT_nconf_nid")
        defer { X509_EXTENSION_free(extensions) }
        try check(X509_add_ext(own, extensions, -1), "X509_add_ext")
        certificate = try Self.sign(own, key)
    }

    /// The DER encoding of a certificate of a signature key, given in the form of RFC 9420 §5.1.1,
    /// with URIs in its subject alternative name and attributes in its subject.
    package func certify(
        _ signatureKey: [UInt8], of scheme: SignatureScheme, uris: [[UInt8]],
        attributes: [X509Certificate.Attribute] = [], serial: Int
    ) throws(CryptoError) -> [UInt8] {
        let new = try Self.template(issuer: name, serial: serial)
        defer { X509_free(new) }
        try Self.name(
            attributes.map { ($0.identifier, String(decoding: $0.value, as: UTF8.self)) },
            X509_get_subject_name(new))
        let subject = try Key.publicKey(signatureKey, on: scheme.curve)
        try check(X509_set_pubkey(new, subject.pointer), "X509_set_pubkey")
        try Self.add(uris, to: new)
        return try Self.sign(new, key)
    }

    private static func template(
        issuer: String, serial: Int
    ) throws(CryptoError) -> OpaquePointer {
        let new = try check(X509_new(), "X509_new")
        do throws(CryptoError) {
            try check(X509_set_version(new, 2), "X509_set_version")
            try check(ASN1_INTEGER_set(X509_get_serialNumber(new), serial), "ASN1_INTEGER_set")
            try check(
                ASN1_TIME_set_string(X509_getm_notBefore(new), "20200101000000Z"),
                "ASN1_TIME_set_string")
            // RFC 5280 §4.1.2.5: no well-defined expiration.
            try check(
                ASN1_TIME_set_string(X509_getm_notAfter(new), "99991231235959Z"),
                "ASN1_TIME_set_string")
            try name([("2.5.4.3", issuer)], X509_get_issuer_name(new))
            return new
        } catch {
            X509_free(new)
            throw error
        }
    }

    private static func name(
        _ attributes: [(identifier: String, value: String)], _ name: OpaquePointer?
    ) throws(CryptoError) {
        for attribute in attributes {
            let object = try check(OBJ_txt2obj(attribute.identifier, 1), "OBJ_txt2obj")
            defer { ASN1_OBJECT_free(object) }
            let value = Array(attribute.value.utf8)
            try check(
                X509_NAME_add_entry_by_OBJ(
                    name, object, V_ASN1_UTF8STRING, value, Int32(value.count), -1, 0),
                "X509_NAME_add_entry_by_OBJ")
        }
    }

    private static func add(_ uris: [[UInt8]], to new: OpaquePointer) throws(CryptoError) {
        let names = try check(OPENSSL_sk_new_null(), "OPENSSL_sk_new_null")
        defer { GENERAL_NAMES_free(names) }
        for uri in uris {
            let text = try check(ASN1_STRING_type_new(V_ASN1_IA5STRING), "ASN1_STRING_type_new")
            try check(ASN1_STRING_set(text, uri, Int32(uri.count)), "ASN1_STRING_set")
            let name = try check(GENERAL_NAME_new(), "GENERAL_NAME_new")
            GENERAL_NAME_set0_value(name, GEN_URI, text)
            OPENSSL_sk_push(names, name)
        }
        try check(
            X509_add1_ext_i2d(new, NID_subject_alt_name, UnsafeMutableRawPointer(names), 0, 0),
            "X509_add1_ext_i2d")
    }

    private static func sign(
        _ certificate: OpaquePointer, _ key: Key
    ) throws(CryptoError) -> [UInt8] {
        guard X509_sign(certificate, key.pointer, nil) > 0 else {
            throw CryptoError.last(call: "X509_sign")
        }
        var encoding: UnsafeMutablePointer<UInt8>?
        let length = i2d_X509(certificate, &encoding)
        guard length >= 0, let encoding else { throw CryptoError.last(call: "i2d_X509") }
        defer { CRYPTO_free(encoding, #file, #line) }
        return Array(UnsafeBufferPointer(start: encoding, count: Int(length)))
    }
}
