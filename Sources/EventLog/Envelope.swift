import MLSCrypto
import PresentationLanguage

/// What one record of the log says about itself, in 146 bytes. It holds no user identifier, is
/// hashed into the chain of its room and into the Merkle tree, and is never rewritten.
///
/// ```
///   0  uint8   format = 1
///   1  uint8   flags = 0
///   2  uint16  kind                      what happened; the meaning belongs to the caller
///   4  uint16  schema                    version of the payload's content; the caller's, too
///   6  uint64  gseq                      position in the log, from 0
///  14  uint64  room                      number of the room, from 1
///  22  uint64  roomSeq                   position in the room, from 0
///  30  uint64  time_ms                   milliseconds since 1970-01-01 UTC
///  38  uint64  epoch                     MLS epoch after the record
///  46  uint32  payloadLength             bytes of the encoded payload
///  50  opaque  payloadCommitment[32]     SHA-256(salt ‖ payload)
///  82  opaque  previous[32]              hash of the room's previous envelope; zeros: none
/// 114  opaque  stateHash[32]             state of the room after the record
/// 146
/// ```
package struct Envelope: Hashable, Sendable {
    package static let format: UInt8 = 1
    package static let byteCount = 146

    package var kind: UInt16
    package var schema: UInt16
    package var gseq: UInt64
    package var room: UInt64
    package var roomSeq: UInt64
    package var timeMs: UInt64
    package var epoch: UInt64
    package var payloadLength: UInt32
    package var payloadCommitment: Digest32
    package var previous: Digest32
    package var stateHash: Digest32

    /// SHA-256 of the encoding.
    package var hash: Digest32 { SHA256.hash(encoded) }

    /// The leaf of the record in the Merkle tree: "MHS1" ‖ hash.
    package var leafData: [UInt8] { Array("MHS1".utf8) + hash.bytes }
}

extension Envelope: TLSCodable {
    package init(from reader: inout Reader) throws(DecodingError) {
        try reader.readFormat(Self.format)
        let flagsOffset = reader.offset
        let flags = try reader.readUInt8()
        guard flags == 0 else {
            throw DecodingError(
                .invalidValue(field: "flags", value: UInt64(flags)), at: flagsOffset)
        }
        kind = try reader.readUInt16()
        schema = try reader.readUInt16()
        let numbersOffset = reader.offset
        gseq = try reader.readUInt64()
        room = try reader.readUInt64()
        roomSeq = try reader.readUInt64()
        // Before they are counted with.
        for number in [gseq, room, roomSeq] where number >= Head.sequenceLimit {
            throw DecodingError(
                .invalidValue(field: "gseq", value: number), at: numbersOffset)
        }
        timeMs = try reader.readUInt64()
        epoch = try reader.readUInt64()
        payloadLength = try reader.readUInt32()
        payloadCommitment = try Digest32(from: &reader)
        previous = try Digest32(from: &reader)
        stateHash = try Digest32(from: &reader)
    }

    package func write(to writer: inout Writer) {
        writer.write(Self.format)
        writer.write(UInt8(0))
        writer.write(kind)
        writer.write(schema)
        writer.write(gseq)
        writer.write(room)
        writer.write(roomSeq)
        writer.write(timeMs)
        writer.write(epoch)
        writer.write(payloadLength)
        payloadCommitment.write(to: &writer)
        previous.write(to: &writer)
        stateHash.write(to: &writer)
    }
}
