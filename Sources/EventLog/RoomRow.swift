import MLSCrypto
import PresentationLanguage

/// The end of a room's history, kept with each record of the room.
///
/// ```
///   0  uint8   format = 1
///   1  uint8   status                    the meaning belongs to the caller
///   2  uint64  roomSeq                   of the last record
///  10  uint64  gseq                      of the last record
///  18  uint64  time_ms                   of the last record
///  26  uint64  epoch                     MLS epoch
///  34  opaque  chainHead[32]             hash of the last envelope
///  66  opaque  stateHash[32]
///  98  opaque  uri<V>
/// ```
package struct RoomRow: Hashable, Sendable {
    package static let format: UInt8 = 1
    /// Bytes of the longest room URI.
    package static let uriLimit = 4096

    package var status: UInt8
    package var roomSeq: UInt64
    package var gseq: UInt64
    package var timeMs: UInt64
    package var epoch: UInt64
    package var chainHead: Digest32
    package var stateHash: Digest32
    package var uri: [UInt8]
}

/// A room with the number by which the log knows it.
package struct Room: Hashable, Sendable {
    /// The number under which records about no room are; its URI is empty. Rooms count from 1.
    package static let hub: UInt64 = 0

    package let number: UInt64
    package let row: RoomRow
}

extension RoomRow: TLSCodable {
    package init(from reader: inout Reader) throws(DecodingError) {
        try reader.readFormat(Self.format)
        status = try reader.readUInt8()
        roomSeq = try reader.readUInt64()
        gseq = try reader.readUInt64()
        timeMs = try reader.readUInt64()
        epoch = try reader.readUInt64()
        chainHead = try Digest32(from: &reader)
        stateHash = try Digest32(from: &reader)
        uri = try reader.readOpaque()
        // A room has no more records than the log.
        guard roomSeq <= gseq, gseq < Head.sequenceLimit else {
            throw DecodingError(.invalidValue(field: "roomSeq", value: roomSeq), at: 2)
        }
    }

    package func write(to writer: inout Writer) {
        writer.write(Self.format)
        writer.write(status)
        writer.write(roomSeq)
        writer.write(gseq)
        writer.write(timeMs)
        writer.write(epoch)
        chainHead.write(to: &writer)
        stateHash.write(to: &writer)
        writer.write(opaque: uri)
    }
}
