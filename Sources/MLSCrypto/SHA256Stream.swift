import CLibcrypto

/// SHA-256 of bytes that come in parts.
package final class SHA256Stream {
    private let context: OpaquePointer

    package init() {
        guard let context = EVP_MD_CTX_new() else { fatalError("no memory to hash with") }
        self.context = context
        Self.require(EVP_DigestInit_ex2(context, HashAlgorithm.sha256.algorithm.pointer, nil))
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    package func add(_ bytes: [UInt8]) {
        Self.require(EVP_DigestUpdate(context, bytes, bytes.count))
    }

    /// The digest of what was added; more may follow.
    package func digest() -> Digest32 {
        guard let copy = EVP_MD_CTX_new() else { fatalError("no memory to hash with") }
        defer { EVP_MD_CTX_free(copy) }
        Self.require(EVP_MD_CTX_copy_ex(copy, context))
        return Digest32 { Self.require(EVP_DigestFinal_ex(copy, $0.baseAddress, nil)) }
    }

    private static func require(_ result: Int32) {
        guard result == 1 else { fatalError("hashing in memory failed") }
    }
}
