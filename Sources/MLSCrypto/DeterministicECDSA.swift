import CLibcrypto

/// ECDSA whose nonce follows from the key and the message (RFC 6979), so that the same input gives
/// the same signature everywhere. libcrypto 3.0 chooses its nonces at random only; the nonce is made
/// here, and the signature by libcrypto, which blinds it.
extension NISTCurve {
    /// The DER `ECDSA-Sig-Value` of a message by a private scalar; `hash` is the scheme's digest.
    func sign(
        _ message: [UInt8], scalar: [UInt8], _ hash: HashAlgorithm
    ) throws(CryptoError) -> [UInt8] {
        let number = try BigNumber(scalar)
        guard isScalar(number) else { throw .invalidKey }
        let digest = hash.hash(message)
        let nonce = try nonce(for: digest, scalar: number, hash)
        let (inverse, r) = try commitment(to: nonce)

        let key = try check(EC_KEY_new(), "EC_KEY_new")
        defer { EC_KEY_free(key) }
        try check(EC_KEY_set_group(key, group), "EC_KEY_set_group")
        try check(EC_KEY_set_private_key(key, number.pointer), "EC_KEY_set_private_key")
        let signature = try check(
            ECDSA_do_sign_ex(digest, Int32(digest.count), inverse.pointer, r.pointer, key),
            "ECDSA_do_sign_ex")
        defer { ECDSA_SIG_free(signature) }
        var encoding: UnsafeMutablePointer<UInt8>?
        let length = i2d_ECDSA_SIG(signature, &encoding)
        guard length > 0, let encoding else { throw CryptoError.last(call: "i2d_ECDSA_SIG") }
        defer { CRYPTO_free(encoding, #file, #line) }
        return Array(UnsafeBufferPointer(start: encoding, count: Int(length)))
    }

    /// k of RFC 6979 §3.2
    private func nonce(
        for digest: [UInt8], scalar: BigNumber, _ hash: HashAlgorithm
    ) throws(CryptoError) -> BigNumber {
        let seed = try octets(scalar) + octets(reduced(bits(digest)))
        var value = [UInt8](repeating: 1, count: hash.size)
        var key = [UInt8](repeating: 0, count: hash.size)
        for separator in [UInt8(0), 1] {
            key = try hash.hmac(key: key, value + [separator] + seed)
            value = try hash.hmac(key: key, value)
        }
        while true {
            var candidate: [UInt8] = []
            while 8 * candidate.count < orderBits {
                value = try hash.hmac(key: key, value)
                candidate += value
            }
            let nonce = try bits(candidate)
            if isScalar(nonce) { return nonce }
            key = try hash.hmac(key: key, value + [0])
            value = try hash.hmac(key: key, value)
        }
    }

    /// k⁻¹ and the x coordinate of kG, both modulo the order.
    private func commitment(
        to nonce: BigNumber
    ) throws(CryptoError) -> (inverse: BigNumber, r: BigNumber) {
        let point = try check(EC_POINT_new(group), "EC_POINT_new")
        defer { EC_POINT_free(point) }
        try check(EC_POINT_mul(group, point, nonce.pointer, nil, nil, nil), "EC_POINT_mul")
        let x = try BigNumber([])
        try check(
            EC_POINT_get_affine_coordinates(group, point, x.pointer, nil, nil),
            "EC_POINT_get_affine_coordinates")
        let context = try check(BN_CTX_new(), "BN_CTX_new")
        defer { BN_CTX_free(context) }
        let inverse = try BigNumber([])
        _ = try check(
            BN_mod_inverse(inverse.pointer, nonce.pointer, order, context), "BN_mod_inverse")
        return (inverse, try reduced(x))
    }

    // MARK: Conversions of RFC 6979 §2.3

    private var order: OpaquePointer { EC_GROUP_get0_order(group) }
    private var orderBits: Int { Int(EC_GROUP_order_bits(group)) }

    /// `bits2int`: the leftmost bits, as many as the order has.
    private func bits(_ bytes: [UInt8]) throws(CryptoError) -> BigNumber {
        let number = try BigNumber(bytes)
        let excess = 8 * bytes.count - orderBits
        if excess > 0 {
            try check(BN_rshift(number.pointer, number.pointer, Int32(excess)), "BN_rshift")
        }
        return number
    }

    /// `int2octets`
    private func octets(_ number: BigNumber) throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: (orderBits + 7) / 8)
        guard BN_bn2binpad(number.pointer, &bytes, Int32(bytes.count)) == bytes.count else {
            throw CryptoError.last(call: "BN_bn2binpad")
        }
        return bytes
    }

    private func reduced(_ number: BigNumber) throws(CryptoError) -> BigNumber {
        let context = try check(BN_CTX_new(), "BN_CTX_new")
        defer { BN_CTX_free(context) }
        let result = try BigNumber([])
        try check(BN_nnmod(result.pointer, number.pointer, order, context), "BN_nnmod")
        return result
    }

    private func isScalar(_ number: BigNumber) -> Bool {
        BN_is_zero(number.pointer) == 0 && BN_cmp(number.pointer, order) < 0
    }
}
