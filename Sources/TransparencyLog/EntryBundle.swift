import MLSCrypto
import PresentationLanguage

/// The log entries below a tile of level 0 (C2SP tlog-tiles, "Log entries").
///
/// ```
/// struct {
///     struct { uint16 length; opaque data[length]; } entries[width];
/// } EntryBundle;
/// ```
package struct EntryBundle: Hashable, Sendable {
    /// Data of the leaves, from left to right.
    package let entries: [[UInt8]]

    /// Nil if an entry is longer than 65535 bytes.
    package init?(_ entries: [[UInt8]]) {
        guard entries.allSatisfy({ $0.count <= UInt16.max }) else { return nil }
        self.entries = entries
    }

    /// The hashes that the tile must hold.
    package var leafHashes: [Digest32] { entries.map(MerkleFrontier.leafHash) }
}

extension EntryBundle: TLSEncodable {
    /// The bundle of a tile which has `width` leaves.
    package init(parsing bytes: [UInt8], width: Int) throws(DecodingError) {
        var reader = try Reader(bytes.span.bytes)
        var entries: [[UInt8]] = []
        for _ in 0..<width {
            let length = Int(try reader.readUInt16())
            entries.append(try reader.readBytes(count: length))
        }
        try reader.finish()
        self.entries = entries
    }

    package func write(to writer: inout Writer) {
        for entry in entries {
            writer.write(UInt16(entry.count))
            writer.write(bytes: entry)
        }
    }
}
