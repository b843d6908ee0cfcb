import EventLog
import MLSCrypto
import PresentationLanguage

/// The evidence of a record of kind `fork`, of the hub itself: a restored log goes on under the origin of
/// the old one, whose later records are not in it.
///
/// ```
/// struct {
///     opaque origin<V>;          // of both logs, UTF-8
///     opaque uuid[16];           // of the old store
///     uint64 known_size;         // the largest tree of the old log that the backup knew,
///     opaque known_root[32];     // and its root
///     uint64 size;               // of the tree that both logs begin with
///     opaque reason<V>;          // UTF-8
/// } ForkNotice;
/// ```
package struct ForkNotice: TLSCodable, Hashable, Sendable {
    package let origin: [UInt8]
    package let uuid: [UInt8]
    package let knownSize: UInt64
    package let knownRoot: Digest32
    package let size: UInt64
    package let reason: [UInt8]

    init(_ old: Meta, known: Head, size: UInt64, reason: String) {
        origin = Array(old.origin.utf8)
        uuid = old.uuid
        knownSize = known.nextSequence
        knownRoot = known.frontier.root
        self.size = size
        self.reason = Array(reason.utf8)
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        origin = try reader.readOpaque()
        uuid = try reader.readBytes(count: 16)
        knownSize = try reader.readUInt64()
        knownRoot = try Digest32(from: &reader)
        size = try reader.readUInt64()
        reason = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: origin)
        writer.write(bytes: uuid)
        writer.write(knownSize)
        knownRoot.write(to: &writer)
        writer.write(size)
        writer.write(opaque: reason)
    }
}
