import CLibcrypto

/// A failure of a cryptographic operation: of the library, or of a key or ciphertext that can't
/// be used. A signature that does not verify is not an error but the answer `false`.
package enum CryptoError: Error, Hashable, Sendable {
    /// A call into libcrypto failed; `detail` is the library's own text.
    case library(call: String, detail: String)
    /// Bytes that are not a key of the cipher suite.
    case invalidKey
    /// A ciphertext or KEM output that does not open.
    case invalidCiphertext
    /// More output than HKDF can give, or a length that no algorithm of the suite has.
    case invalidLength(Int)

    /// The oldest error in libcrypto's queue of this thread, which is emptied.
    static func last(call: String) -> CryptoError {
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(ERR_get_error(), &text, text.count)
        ERR_clear_error()
        let end = text.firstIndex(of: 0) ?? text.endIndex
        return .library(
            call: call,
            detail: String(decoding: text[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
}

/// Refuses libcrypto's return value unless it is 1.
func check(_ result: Int32, _ call: String) throws(CryptoError) {
    guard result == 1 else { throw CryptoError.last(call: call) }
}

/// Refuses libcrypto's null pointer.
func check<T>(_ pointer: T?, _ call: String) throws(CryptoError) -> T {
    guard let pointer else { throw CryptoError.last(call: call) }
    return pointer
}
