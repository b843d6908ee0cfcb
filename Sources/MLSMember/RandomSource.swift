import MLSCrypto
import PresentationLanguage
import Synchronization

/// Where a client takes its randomness from.
package protocol RandomSource: Sendable {
    func bytes(_ count: Int) throws(CryptoError) -> [UInt8]
}

extension RandomSource {
    /// A fresh HPKE key pair.
    func keyPair(_ kem: KEM) throws(CryptoError) -> KEM.KeyPair {
        try kem.deriveKeyPair(ikm: bytes(kem.privateKeySize))
    }
}

/// libcrypto's generator.
package struct SystemRandom: RandomSource {
    package init() {}

    package func bytes(_ count: Int) throws(CryptoError) -> [UInt8] {
        try SecureRandom.bytes(count)
    }
}

/// Bytes that follow from a seed, so that a run can be repeated. Copies share one sequence.
package final class SeededRandom: RandomSource {
    private let seed: [UInt8]
    private let drawn = Mutex<UInt64>(0)

    /// `name` tells apart the clients of one run.
    package init(seed: UInt64, name: String = "") {
        self.seed = SHA256.hash(seed.encoded, Array(name.utf8)).bytes
    }

    package func bytes(_ count: Int) throws(CryptoError) -> [UInt8] {
        guard count > 0 else { return [] }
        let draw = drawn.withLock { drawn in
            drawn += 1
            return drawn
        }
        return try HashAlgorithm.sha256.expand(secret: seed, info: draw.encoded, length: count)
    }
}
