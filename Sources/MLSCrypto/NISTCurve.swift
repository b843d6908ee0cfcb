import CLibcrypto

/// The group arithmetic that a private key of a NIST curve needs: its public point.
struct NISTCurve: @unchecked Sendable {
    static let p256 = NISTCurve(name: "P-256", identifier: NID_X9_62_prime256v1)
    static let p384 = NISTCurve(name: "P-384", identifier: NID_secp384r1)
    static let p521 = NISTCurve(name: "P-521", identifier: NID_secp521r1)

    private let name: String
    private let group: OpaquePointer
    /// Some key of the curve: copying it and setting the point costs a quarter of making one.
    let template: Key

    private init(name: String, identifier: Int32) {
        self.name = name
        guard let group = EC_GROUP_new_by_curve_name(identifier) else {
            fatalError("libcrypto offers no \(name)")
        }
        self.group = group
        do {
            template = .adopting(try Self.key(scalar: [1], name: name, group: group))
        } catch {
            fatalError("libcrypto makes no key of \(name): \(error)")
        }
    }

    /// The private key of a big-endian scalar in 1 … order − 1, with its public point.
    func key(scalar: [UInt8]) throws(CryptoError) -> OpaquePointer {
        try Self.key(scalar: scalar, name: name, group: group)
    }

    private static func key(
        scalar: [UInt8], name: String, group: OpaquePointer
    ) throws(CryptoError) -> OpaquePointer {
        let number = try check(BN_bin2bn(scalar, Int32(scalar.count), nil), "BN_bin2bn")
        defer { BN_clear_free(number) }
        guard BN_is_zero(number) == 0, BN_cmp(number, EC_GROUP_get0_order(group)) < 0 else {
            throw .invalidKey
        }
        let point = try publicPoint(of: number, in: group)

        let builder = try check(OSSL_PARAM_BLD_new(), "OSSL_PARAM_BLD_new")
        defer { OSSL_PARAM_BLD_free(builder) }
        try check(
            OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, name, 0),
            "OSSL_PARAM_BLD_push_utf8_string")
        try check(
            OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number),
            "OSSL_PARAM_BLD_push_BN")
        // The pushed bytes are read when the parameters are made, so they must live until then.
        let parameters = try point.withUnsafeBufferPointer { (bytes) throws(CryptoError) in
            try check(
                OSSL_PARAM_BLD_push_octet_string(
                    builder, OSSL_PKEY_PARAM_PUB_KEY, bytes.baseAddress, bytes.count),
                "OSSL_PARAM_BLD_push_octet_string")
            return try check(OSSL_PARAM_BLD_to_param(builder), "OSSL_PARAM_BLD_to_param")
        }
        defer { OSSL_PARAM_free(parameters) }

        let context = try check(
            EVP_PKEY_CTX_new_from_name(nil, "EC", nil), "EVP_PKEY_CTX_new_from_name")
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        try check(EVP_PKEY_fromdata_init(context), "EVP_PKEY_fromdata_init")
        try check(
            EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR_SELECTION, parameters),
            "EVP_PKEY_fromdata")
        return try check(key, "EVP_PKEY_fromdata")
    }

    private static func publicPoint(
        of number: OpaquePointer, in group: OpaquePointer
    ) throws(CryptoError) -> [UInt8] {
        let point = try check(EC_POINT_new(group), "EC_POINT_new")
        defer { EC_POINT_free(point) }
        try check(EC_POINT_mul(group, point, number, nil, nil, nil), "EC_POINT_mul")
        let form = POINT_CONVERSION_UNCOMPRESSED
        let size = EC_POINT_point2oct(group, point, form, nil, 0, nil)
        var bytes = [UInt8](repeating: 0, count: size)
        guard size > 0, EC_POINT_point2oct(group, point, form, &bytes, size, nil) == size else {
            throw CryptoError.last(call: "EC_POINT_point2oct")
        }
        return bytes
    }
}
