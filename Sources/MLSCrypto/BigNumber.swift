import CLibcrypto

/// A secret number of libcrypto, cleared when the last reference goes.
final class BigNumber {
    let pointer: OpaquePointer

    /// Of big-endian bytes.
    init(_ bytes: [UInt8]) throws(CryptoError) {
        pointer = try check(BN_bin2bn(bytes, Int32(bytes.count), nil), "BN_bin2bn")
        BN_set_flags(pointer, BN_FLG_CONSTTIME)
    }

    deinit {
        BN_clear_free(pointer)
    }

    /// The number in the byte order of this machine, as libcrypto's parameters hold it.
    var nativeBytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max((Int(BN_num_bits(pointer)) + 7) / 8, 1))
        BN_bn2nativepad(pointer, &bytes, Int32(bytes.count))
        return bytes
    }
}
