import CLibcrypto
import PresentationLanguage

/// The hash functions of the cipher suites.
package enum HashAlgorithm: Sendable {
    case sha256, sha384, sha512

    /// Bytes of a digest; `KDF.Nh` of the suite.
    package var size: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// The digest of the concatenated parts.
    package func hash(_ parts: [UInt8]...) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            hash(parts, into: UnsafeMutableRawBufferPointer(buffer))
            count = size
        }
    }

    /// Writes the digest, ``size`` bytes, to the buffer's start.
    fileprivate func hash(_ parts: [[UInt8]], into buffer: UnsafeMutableRawBufferPointer) {
        do {
            try Self.contexts.withContext { (context) throws(CryptoError) in
                try check(EVP_DigestInit_ex2(context, algorithm.pointer, nil), "EVP_DigestInit_ex2")
                for part in parts {
                    try check(EVP_DigestUpdate(context, part, part.count), "EVP_DigestUpdate")
                }
                try check(
                    EVP_DigestFinal_ex(context, buffer.baseAddress, nil), "EVP_DigestFinal_ex")
            }
        } catch {
            fatalError("hashing in memory failed: \(error)")
        }
    }

    /// `RefHash(label, value)` (RFC 9420 §5.2).
    package func refHash(label: String, value: [UInt8]) -> [UInt8] {
        var input = Writer(reserving: value.count + label.utf8.count + 8)
        input.write(opaque: Array(label.utf8))
        input.write(opaque: value)
        return hash(input.bytes)
    }

    var algorithm: Algorithm {
        switch self {
        case .sha256: Self.fetchedSHA256
        case .sha384: Self.fetchedSHA384
        case .sha512: Self.fetchedSHA512
        }
    }

    /// The name that libcrypto's parameters use.
    var name: String {
        switch self {
        case .sha256: "SHA2-256"
        case .sha384: "SHA2-384"
        case .sha512: "SHA2-512"
        }
    }

    private static let contexts = ContextPool { EVP_MD_CTX_new() }
    private static let fetchedSHA256 = Algorithm("SHA-256", EVP_MD_fetch(nil, "SHA2-256", nil))
    private static let fetchedSHA384 = Algorithm("SHA-384", EVP_MD_fetch(nil, "SHA2-384", nil))
    private static let fetchedSHA512 = Algorithm("SHA-512", EVP_MD_fetch(nil, "SHA2-512", nil))
}

/// SHA-256 as the log uses it, whatever suite a group has.
package enum SHA256 {
    /// The digest of the concatenated parts.
    package static func hash(_ parts: [UInt8]...) -> Digest32 {
        Digest32 { HashAlgorithm.sha256.hash(parts, into: $0) }
    }
}

/// Whether two authenticators are equal, in a time that depends on their lengths only.
package func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
}
