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
/// queue     opaque SHA-256(destination)[32]       QueueRow, sealed
/// delivery  uint64 queue, uint64 position         an item of the queue, sealed
/// tile      uint8 level, uint64 index             256 hashes of a full tile
/// cp        uint64 size                           a signed checkpoint, sealed
/// redact    uint64 gseq                           Redaction, sealed
/// snap      uint64 room, uint64 roomSeq           Snapshot
/// proj      the name of a projection              ProjectionState, sealed
/// ```
/// The tables of ``Shelf`` have keys and values of the caller; they are sealed, see ``RowSeal``. Tables that
/// came with a later schema are nil in a store of an earlier one that is only read.
struct LogTables: Sendable {
    let isSealed: Bool
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
    let tile: Table?
    let checkpoint: Table?
    let redact: Table?
    let snapshot: Table?
    let projections: ProjectionTables?

    /// The tables of a store of a schema.
    init(
        schema: UInt32, _ table: (String) throws(StoreError) -> Table
    ) throws(StoreError) {
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
        isSealed = schema >= 2
        tile = schema >= 2 ? try table("tile") : nil
        checkpoint = schema >= 2 ? try table("cp") : nil
        redact = schema >= 2 ? try table("redact") : nil
        snapshot = schema >= 2 ? try table("snap") : nil
        projections = schema >= 2 ? try ProjectionTables(table) : nil
    }

    /// A snapshot has a digest of its own.
    private func hasSeals(_ table: Table) -> Bool { isSealed && table != snapshot }

    /// A value as it stands in the store.
    func sealed(_ value: [UInt8], for key: [UInt8], in table: Table) -> [UInt8] {
        hasSeals(table) ? RowSeal.seal(value, for: key, in: table) : value
    }

    /// A value as it was given.
    func unsealed(
        _ row: RawSpan, for key: [UInt8], in table: Table, of number: UInt64 = 0
    ) throws(StoreError) -> [UInt8] {
        guard hasSeals(table) else { return row.withUnsafeBytes { Array($0) } }
        return try RowSeal.open(row, for: key, in: table, of: number)
    }

    /// The tables beside the log without which it is not the same log: a stream always has their rows.
    var ofLog: [Table] { [redact, checkpoint, snapshot].compactMap { $0 } }

    /// The tables beside the log, in the order in which a stream has their rows.
    var beside: [Table] {
        ofLog + [queue, delivery] + Shelf.allCases.compactMap { shelves[$0] }
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

    static func tileKey(level: UInt8, index: UInt64) -> [UInt8] { [level] + index.encoded }

    static func idemKey(_ room: UInt64, _ request: Digest32) -> [UInt8] {
        var writer = Writer(reserving: 40)
        writer.write(room)
        request.write(to: &writer)
        return writer.bytes
    }
}
