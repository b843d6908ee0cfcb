import CLibcrypto

/// The group arithmetic that a private key of a NIST curve needs: its public point, and signatures.
struct NISTCurve: @unchecked Sendable {
    static let p256 = NISTCurve(name: "P-256", identifier: NID_X9_62_prime256v1)
    static let p384 = NISTCurve(name: "P-384", identifier: NID_secp384r1)
    static let p521 = NISTCurve(name: "P-521", identifier: NID_secp521r1)

    private let name: String
    let group: OpaquePointer
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
        let number = try BigNumber(scalar)
        guard BN_is_zero(number.pointer) == 0,
            BN_cmp(number.pointer, EC_GROUP_get0_order(group)) < 0
        else { throw .invalidKey }
        let point = try publicPoint(of: number, in: group)
        let context = try check(
            EVP_PKEY_CTX_new_from_name(nil, "EC", nil), "EVP_PKEY_CTX_new_from_name")
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        try withParameters([
            .text(OSSL_PKEY_PARAM_GROUP_NAME, name), .number(OSSL_PKEY_PARAM_PRIV_KEY, number),
            .bytes(OSSL_PKEY_PARAM_PUB_KEY, point),
        ]) { (parameters) throws(CryptoError) in
            try check(EVP_PKEY_fromdata_init(context), "EVP_PKEY_fromdata_init")
            try check(
                EVP_PKEY_fromdata(
                    context, &key, EVP_PKEY_KEYPAIR_SELECTION,
                    UnsafeMutablePointer(mutating: parameters)), "EVP_PKEY_fromdata")
        }
        return try check(key, "EVP_PKEY_fromdata")
    }

    private static func publicPoint(
        of number: BigNumber, in group: OpaquePointer
    ) throws(CryptoError) -> [UInt8] {
        let point = try check(EC_POINT_new(group), "EC_POINT_new")
        defer { EC_POINT_free(point) }
        try check(EC_POINT_mul(group, point, number.pointer, nil, nil, nil), "EC_POINT_mul")
        let form = POINT_CONVERSION_UNCOMPRESSED
        let size = EC_POINT_point2oct(group, point, form, nil, 0, nil)
        var bytes = [UInt8](repeating: 0, count: size)
        guard size > 0, EC_POINT_point2oct(group, point, form, &bytes, size, nil) == size else {
            throw CryptoError.last(call: "EC_POINT_point2oct")
        }
        return bytes
    }
}
