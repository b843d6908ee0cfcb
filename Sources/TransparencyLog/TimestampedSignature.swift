import PresentationLanguage

/// The signature of a witness (C2SP tlog-cosignature, "Format").
///
/// ```
/// struct {
///     uint64 timestamp;                      // seconds since 1970-01-01 UTC, below 2^63
///     opaque ed25519_signature[64];
/// } timestamped_signature;
/// ```
package struct TimestampedSignature: Hashable, Sendable {
    package let time: UInt64
    package let signature: [UInt8]

    private static let signatureSize = 64
    private static let timeLimit: UInt64 = 1 << 63

    init(time: UInt64, signature: [UInt8]) {
        precondition(time < Self.timeLimit && signature.count == Self.signatureSize)
        self.time = time
        self.signature = signature
    }

    /// What is signed: `cosignature/v1`, a line with the time, the text of the note.
    static func message(_ text: [UInt8], at time: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n".utf8) + text
    }

    func message(_ text: [UInt8]) -> [UInt8] { Self.message(text, at: time) }
}

extension TimestampedSignature: TLSCodable {
    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        time = try reader.readUInt64()
        guard time < Self.timeLimit else {
            throw DecodingError(.invalidValue(field: "timestamp", value: time), at: start)
        }
        signature = try reader.readBytes(count: Self.signatureSize)
    }

    package func write(to writer: inout Writer) {
        writer.write(time)
        writer.write(bytes: signature)
    }
}
