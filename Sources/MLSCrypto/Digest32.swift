import PresentationLanguage

/// 32 bytes: a SHA-256 hash, or a value of that size which is compared and used as a key.
package struct Digest32: Hashable, Sendable {
    /// The bytes in memory order; the integers have no numeric meaning.
    private var words: (UInt64, UInt64, UInt64, UInt64)

    package static let byteCount = 32

    /// 32 zero bytes.
    package static let zero = Digest32(words: (0, 0, 0, 0))

    private init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// The given bytes, or nil unless there are exactly 32.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init { $0.copyBytes(from: bytes) }
    }

    /// What `body` writes over 32 zero bytes.
    package init(filling body: (UnsafeMutableRawBufferPointer) -> Void) {
        self = .zero
        withUnsafeMutableBytes(of: &words, body)
    }

    package var bytes: [UInt8] {
        withUnsafeBytes { Array($0) }
    }

    package func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        Swift.withUnsafeBytes(of: words, body)
    }

    package static func == (a: Digest32, b: Digest32) -> Bool {
        a.words == b.words
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

extension Digest32: CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    package var description: String { hex(bytes) }
}

/// `opaque digest[32]`
extension Digest32: TLSCodable {
    package init(from reader: inout Reader) throws(DecodingError) {
        let bytes = try reader.readBytes(count: Self.byteCount)
        self.init { $0.copyBytes(from: bytes) }
    }

    package func write(to writer: inout Writer) {
        withUnsafeBytes { writer.write(bytes: $0) }
    }
}
