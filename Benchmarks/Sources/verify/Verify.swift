import COpenSSL
import CSodium
import Crypto
import Glibc

/// Verifies Ed25519 and ECDSA P-256 signatures with several libraries, and prints what one costs, in
/// microseconds of the processor: the median of rounds in which all take their turns.
@main
enum Verify {
    static let rounds = 15
    static let count = 200

    static func main() throws {
        guard sodium_init() >= 0 else { fatalError("libsodium does not start") }
        for size in [100, 45_000] {
            let message = [UInt8](repeating: 7, count: size)
            let libraries = try ed25519(message) + p256(message)
            var times = libraries.map { _ in [Double]() }
            for _ in 0..<rounds {
                for (place, library) in libraries.enumerated() {
                    let start = processorTime()
                    for _ in 0..<count {
                        guard library.verify() else { fatalError("\(library.name) says no") }
                    }
                    times[place].append((processorTime() - start) / Double(count))
                }
            }
            for (library, times) in zip(libraries, times) {
                let median = times.sorted()[rounds / 2]
                print(
                    "{\"library\":\"\(library.name)\",\"scheme\":\"\(library.scheme)\","
                        + "\"message_bytes\":\(size),\"us\":\((median * 10).rounded() / 10)}")
            }
        }
    }

    struct Library {
        let name: String
        let scheme: String
        let verify: () -> Bool
    }

    private static func ed25519(_ message: [UInt8]) throws -> [Library] {
        let key = Curve25519.Signing.PrivateKey()
        let signature = Array(try key.signature(for: message))
        let publicKey = Array(key.publicKey.rawRepresentation)
        return [
            Library(name: "OpenSSL", scheme: "Ed25519") {
                let key = EVP_PKEY_new_raw_public_key(
                    EVP_PKEY_ED25519, nil, publicKey, publicKey.count)
                defer { EVP_PKEY_free(key) }
                return verify(signature, of: message, key, digest: nil)
            },
            Library(name: "libsodium", scheme: "Ed25519") {
                crypto_sign_verify_detached(
                    signature, message, UInt64(message.count), publicKey) == 0
            },
            Library(name: "BoringSSL (swift-crypto)", scheme: "Ed25519") {
                let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
                return key?.isValidSignature(signature, for: message) ?? false
            },
        ]
    }

    private static func p256(_ message: [UInt8]) throws -> [Library] {
        let key = P256.Signing.PrivateKey()
        let signature = Array(try key.signature(for: message).derRepresentation)
        let publicKey = Array(key.publicKey.x963Representation)
        let template = someKey()
        return [
            Library(name: "OpenSSL", scheme: "P-256") {
                let key = EVP_PKEY_dup(template)
                defer { EVP_PKEY_free(key) }
                guard EVP_PKEY_set1_encoded_public_key(key, publicKey, publicKey.count) == 1
                else { return false }
                return verify(signature, of: message, key, digest: "SHA2-256")
            },
            Library(name: "BoringSSL (swift-crypto)", scheme: "P-256") {
                guard let key = try? P256.Signing.PublicKey(x963Representation: publicKey),
                    let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature)
                else { return false }
                return key.isValidSignature(signature, for: message)
            },
        ]
    }

    /// Some key of the curve: copying it and setting the point is the cheapest way to another.
    private static func someKey() -> OpaquePointer? {
        let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil)
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1,
            EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
            EVP_PKEY_generate(context, &key) == 1
        else { return nil }
        return key
    }

    private static func verify(
        _ signature: [UInt8], of message: [UInt8], _ key: OpaquePointer?, digest: String?
    ) -> Bool {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit_ex(context, nil, digest, nil, nil, key, nil) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    /// Of this process, in microseconds.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }
}
