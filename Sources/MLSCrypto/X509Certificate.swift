import CLibcrypto

/// What MLS and MIMI need of a DER certificate (RFC 9420 §5.3): its public key, and whom it names.
package struct X509Certificate: Sendable {
    /// A value with the dotted form of the object identifier that says what it is.
    package struct Attribute: Hashable, Sendable {
        package let identifier: String
        package let value: [UInt8]

        package init(identifier: String, value: [UInt8]) {
            self.identifier = identifier
            self.value = value
        }
    }

    /// The DER encoding of the subject name.
    package let subject: [UInt8]
    /// The attributes of the subject, as UTF-8.
    package let subjectAttributes: [Attribute]
    /// The URIs of the subject alternative name (RFC 5280 §4.2.1.6).
    package let alternativeURIs: [[UInt8]]
    /// The texts of its `otherName`s.
    package let alternativeTexts: [Attribute]
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
        subjectAttributes = try Self.attributes(of: name)
        (alternativeURIs, alternativeTexts) = Self.alternativeNames(of: certificate)
    }

    private static func attributes(of name: OpaquePointer) throws(CryptoError) -> [Attribute] {
        var attributes: [Attribute] = []
        for place in 0..<X509_NAME_entry_count(name) {
            let entry = try check(X509_NAME_get_entry(name, place), "X509_NAME_get_entry")
            var text: UnsafeMutablePointer<UInt8>?
            let length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry))
            guard length >= 0, let text else { throw CryptoError.last(call: "ASN1_STRING_to_UTF8") }
            defer { CRYPTO_free(text, #file, #line) }
            attributes.append(
                Attribute(
                    identifier: dotted(X509_NAME_ENTRY_get_object(entry)),
                    value: Array(UnsafeBufferPointer(start: text, count: Int(length)))))
        }
        return attributes
    }

    private static func alternativeNames(
        of certificate: OpaquePointer
    ) -> (uris: [[UInt8]], texts: [Attribute]) {
        guard let names = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else {
            ERR_clear_error()
            return ([], [])
        }
        let list = OpaquePointer(names)
        defer { GENERAL_NAMES_free(list) }
        var uris: [[UInt8]] = []
        var texts: [Attribute] = []
        for place in 0..<OPENSSL_sk_num(list) {
            guard let item = OPENSSL_sk_value(list, place) else { continue }
            let name = item.assumingMemoryBound(to: GENERAL_NAME.self).pointee
            if name.type == GEN_URI, let uri = name.d.uniformResourceIdentifier {
                uris.append(bytes(of: uri))
            } else if name.type == GEN_OTHERNAME, let other = name.d.otherName?.pointee,
                let value = other.value?.pointee, value.type == V_ASN1_UTF8STRING,
                let text = value.value.utf8string
            {
                texts.append(Attribute(identifier: dotted(other.type_id), value: bytes(of: text)))
            }
        }
        return (uris, texts)
    }

    private static func bytes(of string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
        Array(
            UnsafeBufferPointer(
                start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string))))
    }

    /// The dotted form of an object identifier.
    private static func dotted(_ object: OpaquePointer?) -> String {
        var text = [CChar](repeating: 0, count: 256)
        let length = OBJ_obj2txt(&text, Int32(text.count), object, 1)
        return String(
            decoding: text.prefix(max(0, min(Int(length), text.count - 1))).map(
                UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether the certificate is for this signature key, given in the form of RFC 9420 §5.1.1.
    package func certifies(_ signatureKey: [UInt8], of scheme: SignatureScheme) -> Bool {
        guard let given = try? Key.publicKey(signatureKey, on: scheme.curve) else { return false }
        defer { ERR_clear_error() }
        return EVP_PKEY_eq(key.pointer, given.pointer) == 1
    }
}
