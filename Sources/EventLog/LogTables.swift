import LMDBStore
import MLSCrypto
import PresentationLanguage

/// The tables of the log and their keys: integers big-endian, so that they sort by value.
///
/// ```
/// meta      name                                  one value of Meta
/// head      uint8 0                               Head
/// log       uint64 gseq                           Envelope
/// payload   uint64 gseq, uint16 chunk             part of a payload, see PayloadChunks
/// room      uint64 room                           RoomRow
/// room_uri  opaque SHA-256(uri)[32]               uint64 room
/// room_log  uint64 room, uint64 roomSeq           uint64 gseq
/// idem      uint64 room, opaque request[32]       uint64 gseq
/// idem_seq  uint64 gseq                           the key of that record in idem
/// queue     opaque SHA-256(destination)[32]       QueueRow
/// delivery  uint64 queue, uint64 position         an item of the queue
/// ```
/// The tables of ``Shelf`` have keys and values of the caller.
struct LogTables: Sendable {
    let meta: Table
    let head: Table
    let log: Table
    let payload: Table
    let room: Table
    let roomURI: Table
    let roomLog: Table
    let idem: Table
    let idemSeq: Table
    let queue: Table
    let delivery: Table
    let shelves: [Shelf: Table]

    init(_ table: (String) throws(StoreError) -> Table) throws(StoreError) {
        meta = try table("meta")
        head = try table("head")
        log = try table("log")
        payload = try table("payload")
        room = try table("room")
        roomURI = try table("room_uri")
        roomLog = try table("room_log")
        idem = try table("idem")
        idemSeq = try table("idem_seq")
        queue = try table("queue")
        delivery = try table("delivery")
        var shelves: [Shelf: Table] = [:]
        for shelf in Shelf.allCases { shelves[shelf] = try table(shelf.rawValue) }
        self.shelves = shelves
    }

    /// The tables beside the log, in the order in which a stream has their rows.
    var beside: [Table] {
        [queue, delivery] + Shelf.allCases.compactMap { shelves[$0] }
    }

    static let headKey: [UInt8] = [0]

    static func logKey(_ gseq: UInt64) -> [UInt8] {
        gseq.encoded
    }

    static func payloadKey(_ gseq: UInt64, chunk: UInt16) -> [UInt8] {
        var writer = Writer(reserving: 10)
        writer.write(gseq)
        writer.write(chunk)
        return writer.bytes
    }

    static func roomKey(_ number: UInt64) -> [UInt8] {
        number.encoded
    }

    static func roomURIKey(_ uri: [UInt8]) -> [UInt8] {
        SHA256.hash(uri).bytes
    }

    static func roomLogKey(_ room: UInt64, _ roomSeq: UInt64) -> [UInt8] {
        var writer = Writer(reserving: 16)
        writer.write(room)
        writer.write(roomSeq)
        return writer.bytes
    }

    static func deliveryKey(_ queue: UInt64, _ position: UInt64) -> [UInt8] {
        roomLogKey(queue, position)
    }

    static func idemKey(_ room: UInt64, _ request: Digest32) -> [UInt8] {
        var writer = Writer(reserving: 40)
        writer.write(room)
        request.write(to: &writer)
        return writer.bytes
    }
}
