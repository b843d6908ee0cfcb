import CLibcrypto

/// One named parameter of a libcrypto call.
enum Parameter {
    case text(String, String)
    case bytes(String, [UInt8])
    case number(String, BigNumber)

    fileprivate var key: String {
        switch self {
        case .text(let key, _), .bytes(let key, _), .number(let key, _): key
        }
    }

    fileprivate var value: [UInt8] {
        switch self {
        case .text(_, let text): Array(text.utf8) + [0]
        case .bytes(_, let bytes): bytes
        case .number(_, let number): number.nativeBytes
        }
    }
}

/// Lends the parameters to `body` as libcrypto's array, which lives no longer than the call.
func withParameters<T>(
    _ parameters: [Parameter],
    _ body: (UnsafePointer<OSSL_PARAM>) throws(CryptoError) -> T
) throws(CryptoError) -> T {
    var entries: [OSSL_PARAM] = []
    var copies: [UnsafeMutableBufferPointer<UInt8>] = []
    defer {
        for copy in copies { copy.deallocate() }
    }
    // libcrypto keeps the pointers, also those of the keys: nothing here may be a temporary.
    func copy(_ bytes: [UInt8]) -> UnsafeMutableBufferPointer<UInt8> {
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(bytes.count, 1))
        _ = buffer.initialize(from: bytes)
        copies.append(buffer)
        return buffer
    }
    for parameter in parameters {
        let key = UnsafeRawPointer(copy(Array(parameter.key.utf8) + [0]).baseAddress!)
            .assumingMemoryBound(to: CChar.self)
        let value = copy(parameter.value).baseAddress!
        switch parameter {
        case .text:
            let text = UnsafeMutableRawPointer(value).assumingMemoryBound(to: CChar.self)
            entries.append(OSSL_PARAM_construct_utf8_string(key, text, 0))
        case .bytes(_, let bytes):
            entries.append(OSSL_PARAM_construct_octet_string(key, value, bytes.count))
        case .number(_, let number):
            entries.append(OSSL_PARAM_construct_BN(key, value, number.nativeBytes.count))
        }
    }
    entries.append(OSSL_PARAM_construct_end())
    return try body(entries)
}
