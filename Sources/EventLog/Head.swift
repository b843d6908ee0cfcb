import MLSCrypto
import PresentationLanguage
import TransparencyLog

/// The end of the log.
///
/// ```
///   0  uint8   format = 1
///   1  uint64  time_ms                   of the last record; 0 of an empty log
///   9  MerkleFrontier                    its size is the next global sequence
/// ```
package struct Head: Hashable, Sendable {
    package static let format: UInt8 = 1
    /// Sequences stay below, so that counting on from one never overflows.
    package static let sequenceLimit: UInt64 = 1 << 63

    package var timeMs: UInt64 = 0
    package var frontier = MerkleFrontier()

    /// The global sequence of the next record: the number of records.
    package var nextSequence: UInt64 { frontier.size }
}

extension Head: TLSCodable {
    package init(from reader: inout Reader) throws(DecodingError) {
        try reader.readFormat(Self.format)
        timeMs = try reader.readUInt64()
        let start = reader.offset
        frontier = try MerkleFrontier(from: &reader)
        guard frontier.size < Self.sequenceLimit else {
            throw DecodingError(.invalidValue(field: "size", value: frontier.size), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        writer.write(Self.format)
        writer.write(timeMs)
        frontier.write(to: &writer)
    }
}
