import MLSCrypto
import PresentationLanguage

/// A payload as rows of the table `payload`, in the order of their chunk numbers.
///
/// ```
/// chunk 0:   opaque salt[32]; uint8 codec = 0 (plain); opaque bytes[];
/// chunk 1…:  opaque bytes[];
/// ```
///
/// All chunks but the last are ``limit`` bytes long. LMDB keeps a value of up to 2020 bytes (with
/// this 10-byte key) in the leaf and puts a longer one in a run of n whole pages, which hold
/// n·4096 − 16 bytes. n is 16: one index entry per 64 KiB costs nothing, a free run of 16 pages is
/// still easily found in a fragmented file, and only the last chunk leaves part of a page unused.
struct PayloadChunks {
    static let limit = 16 * 4096 - 16
    static let saltByteCount = 32
    static let plainCodec: UInt8 = 0
    private static let headerByteCount = saltByteCount + 1

    let values: [[UInt8]]
    /// SHA-256(salt ‖ payload): hides a payload that is easily guessed once its salt is deleted.
    let commitment: Digest32

    init(_ payload: [UInt8], salt: [UInt8]) {
        precondition(salt.count == Self.saltByteCount, "salt of \(salt.count) bytes")
        commitment = SHA256.hash(salt, payload)
        var rest = payload[...]
        let first = rest.prefix(Self.limit - Self.headerByteCount)
        var values = [salt + [Self.plainCodec] + first]
        rest = rest.dropFirst(first.count)
        while !rest.isEmpty {
            values.append(Array(rest.prefix(Self.limit)))
            rest = rest.dropFirst(Self.limit)
        }
        self.values = values
    }

    /// Puts a payload together again and checks it.
    struct Joiner {
        private(set) var salt: [UInt8] = []
        private var payload: [UInt8] = []
        private(set) var chunks: UInt16 = 0
        private let length: Int

        /// `length` is what the envelope promises; more is never read.
        init(length: Int) {
            self.length = length
        }

        /// Adds the chunk of the next number.
        mutating func add(_ value: RawSpan) throws(DecodingError) {
            var reader = try Reader(value)
            if chunks == 0 {
                payload.reserveCapacity(length)
                salt = try reader.readBytes(count: saltByteCount)
                try reader.readFormat(plainCodec, of: "codec")
            }
            guard reader.remaining <= length - payload.count else {
                throw DecodingError(.trailingBytes(reader.remaining), at: reader.offset)
            }
            payload += try reader.readRest()
            chunks += 1
        }

        /// The payload, or nil unless it has the length and the commitment.
        func finish(_ commitment: Digest32) -> [UInt8]? {
            guard payload.count == length else { return nil }
            return SHA256.hash(salt, payload) == commitment ? payload : nil
        }
    }
}
