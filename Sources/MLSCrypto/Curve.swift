import CLibcrypto

/// The groups that the signature schemes and the KEMs compute in, with their keys in the byte
/// forms of RFC 9420 §5.1.1: raw keys for the Edwards and Montgomery curves, uncompressed points
/// and big-endian scalars for the NIST curves.
enum Curve: Sendable {
    case ed25519, ed448, x25519, x448
    case p256, p384, p521

    /// Bytes of a private key: a raw key or a scalar.
    var privateKeySize: Int {
        switch self {
        case .ed25519, .x25519, .p256: 32
        case .p384: 48
        case .x448: 56
        case .ed448: 57
        case .p521: 66
        }
    }

    /// Bytes of a public key: a raw key or an uncompressed point.
    var publicKeySize: Int {
        nist == nil ? privateKeySize : 1 + 2 * privateKeySize
    }

    /// libcrypto's identifier of a raw key type; nil for the NIST curves.
    fileprivate var rawKeyType: Int32? {
        switch self {
        case .ed25519: EVP_PKEY_ED25519
        case .ed448: EVP_PKEY_ED448
        case .x25519: EVP_PKEY_X25519
        case .x448: EVP_PKEY_X448
        case .p256, .p384, .p521: nil
        }
    }

    /// The arithmetic of a NIST curve; nil for the others.
    var nist: NISTCurve? {
        switch self {
        case .p256: .p256
        case .p384: .p384
        case .p521: .p521
        default: nil
        }
    }
}

/// A key of libcrypto, freed when the last reference goes.
final class Key: @unchecked Sendable {
    let pointer: OpaquePointer

    private init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        EVP_PKEY_free(pointer)
    }

    /// A public key; refuses bytes that are not a point of the curve.
    static func publicKey(_ bytes: [UInt8], on curve: Curve) throws(CryptoError) -> Key {
        guard bytes.count == curve.publicKeySize else { throw .invalidKey }
        if let type = curve.rawKeyType {
            let key = EVP_PKEY_new_raw_public_key(type, nil, bytes, bytes.count)
            return Key(try check(key, "EVP_PKEY_new_raw_public_key"))
        }
        // Only the uncompressed form is a key of RFC 9420 §5.1.1; libcrypto also reads the hybrid one.
        guard bytes[0] == 4, let template = curve.nist?.template else { throw .invalidKey }
        let key = Key(try check(EVP_PKEY_dup(template.pointer), "EVP_PKEY_dup"))
        guard EVP_PKEY_set1_encoded_public_key(key.pointer, bytes, bytes.count) == 1 else {
            ERR_clear_error()
            throw .invalidKey
        }
        return key
    }

    /// A private key; refuses bytes of the wrong length and scalars outside the group's order.
    static func privateKey(_ bytes: [UInt8], on curve: Curve) throws(CryptoError) -> Key {
        if let type = curve.rawKeyType {
            guard bytes.count == curve.privateKeySize else { throw .invalidKey }
            let key = EVP_PKEY_new_raw_private_key(type, nil, bytes, bytes.count)
            return Key(try check(key, "EVP_PKEY_new_raw_private_key"))
        }
        guard let nist = curve.nist else { throw .invalidKey }
        return Key(try nist.key(scalar: bytes))
    }

    /// The public part in the form of RFC 9420 §5.1.1.
    func publicBytes(on curve: Curve) throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: curve.publicKeySize)
        var length = bytes.count
        if curve.rawKeyType != nil {
            try check(
                EVP_PKEY_get_raw_public_key(pointer, &bytes, &length), "EVP_PKEY_get_raw_public_key"
            )
        } else {
            try check(
                EVP_PKEY_get_octet_string_param(
                    pointer, OSSL_PKEY_PARAM_PUB_KEY, &bytes, bytes.count, &length),
                "EVP_PKEY_get_octet_string_param")
        }
        guard length == bytes.count else { throw .invalidKey }
        return bytes
    }

    /// Takes over a key that libcrypto counts one reference of for the caller.
    static func adopting(_ pointer: OpaquePointer) -> Key {
        Key(pointer)
    }
}
