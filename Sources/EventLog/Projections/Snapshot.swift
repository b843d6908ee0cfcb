import LMDBStore
import MLSCrypto
import PresentationLanguage

/// A room's state after one of its records, so that folding it need not start at the first. It is a
/// shortcut: without any, everything is as before.
///
/// ```
///  0  uint8   format = 1
///  1  uint16  encoding                  version of the bytes; the caller's
///  3  uint64  gseq                      of the record
/// 11  opaque  stateHash[32]             that the record's envelope names
/// 43  opaque  envelopeHash[32]          of the record's envelope
/// 75  opaque  digest[32]                SHA-256(bytes)
/// 107 opaque  bytes[]                   the state; the caller's
/// ```
package struct Snapshot: Hashable, Sendable {
    package static let format: UInt8 = 1

    package let encoding: UInt16
    package let gseq: UInt64
    package let stateHash: Digest32
    package let envelopeHash: Digest32
    package let bytes: [UInt8]

    /// `bytes` are the state after a record.
    package init(of record: Envelope, encoding: UInt16, _ bytes: [UInt8]) {
        self.encoding = encoding
        gseq = record.gseq
        stateHash = record.stateHash
        envelopeHash = record.hash
        self.bytes = bytes
    }

    /// Whether it says that it is of this record.
    package func isOf(_ record: Envelope) -> Bool {
        gseq == record.gseq && stateHash == record.stateHash && envelopeHash == record.hash
    }
}

extension Snapshot: TLSCodable {
    package init(from reader: inout Reader) throws(DecodingError) {
        try reader.readFormat(Self.format)
        encoding = try reader.readUInt16()
        gseq = try reader.readUInt64()
        stateHash = try Digest32(from: &reader)
        envelopeHash = try Digest32(from: &reader)
        let start = reader.offset
        let digest = try Digest32(from: &reader)
        bytes = try reader.readRest()
        guard SHA256.hash(bytes) == digest else {
            throw DecodingError(.invalidValue(field: "digest", value: 0), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        writer.write(Self.format)
        writer.write(encoding)
        writer.write(gseq)
        stateHash.write(to: &writer)
        envelopeHash.write(to: &writer)
        SHA256.hash(bytes).write(to: &writer)
        writer.write(bytes: bytes)
    }
}

extension EventLog {
    /// Keeps a snapshot of a room, in place of one of the same record. Throws `.damaged` where the log has
    /// no such record.
    package func keep(
        _ snapshot: Snapshot, ofRoom room: UInt64, at roomSeq: UInt64
    ) async throws(StoreError) {
        let tables = tables
        let row = snapshot.encoded
        try await environment.write { (transaction) throws(StoreError) in
            guard let table = tables.snapshot else { throw StoreError(.missingTable("snap")) }
            let record = try tables.readEnvelope(room: room, roomSeq: roomSeq, transaction)
            guard snapshot.isOf(record) else {
                throw RowName(table: table, number: room).damaged("a snapshot of another record")
            }
            try transaction.put(row, for: LogTables.roomLogKey(room, roomSeq), in: table)
        }
    }

    /// The places of a room's snapshots, ascending.
    package func snapshotPlaces(ofRoom room: UInt64) throws(StoreError) -> [UInt64] {
        guard let table = tables.snapshot else { return [] }
        return try environment.read { (transaction) throws(StoreError) in
            var places: [UInt64] = []
            let name = RowName(table: table, number: room)
            let start = LogTables.roomLogKey(room, 0)
            try transaction.scan(table, from: start) { (key, _) throws(StoreError) in
                let place = try name.decode(key, as: RoomPlace.self)
                guard place.room == room else { return false }
                places.append(place.roomSeq)
                return true
            }
            return places
        }
    }

    /// The snapshot at a place, or nil. Throws `.damaged` or `.unknownFormat` where it is none, or is not
    /// of the log's record of this place.
    package func snapshot(
        ofRoom room: UInt64, at roomSeq: UInt64
    ) throws(StoreError) -> (snapshot: Snapshot, record: Envelope)? {
        guard let table = tables.snapshot else { return nil }
        return try environment.read { (transaction) throws(StoreError) in
            let name = RowName(table: table, number: room)
            let key = LogTables.roomLogKey(room, roomSeq)
            let found = try transaction.withValue(of: key, in: table) {
                (value) throws(StoreError) in
                try name.decode(value, as: Snapshot.self, limits: .unbounded)
            }
            guard let found else { return nil }
            let record = try tables.readEnvelope(room: room, roomSeq: roomSeq, transaction)
            guard found.isOf(record) else { throw name.damaged("a snapshot of another record") }
            return (found, record)
        }
    }

    /// Takes snapshots of a room away: those before a place, or all.
    package func dropSnapshots(
        ofRoom room: UInt64, before limit: UInt64 = .max
    ) async throws(StoreError) {
        let tables = tables
        for place in try snapshotPlaces(ofRoom: room) where place < limit {
            try await environment.write { (transaction) throws(StoreError) in
                guard let table = tables.snapshot else { return }
                try transaction.delete(LogTables.roomLogKey(room, place), in: table)
            }
        }
    }

    /// Takes the snapshot of a room at a place away, if there is one.
    package func dropSnapshots(
        ofRoom room: UInt64, at place: UInt64
    ) async throws(StoreError) {
        guard try snapshotPlaces(ofRoom: room).contains(place) else { return }
        let tables = tables
        try await environment.write { (transaction) throws(StoreError) in
            guard let table = tables.snapshot else { return }
            try transaction.delete(LogTables.roomLogKey(room, place), in: table)
        }
    }

    /// The envelope of a room's record. Throws `.damaged` where there is none.
    package func envelope(
        ofRoom room: UInt64, at roomSeq: UInt64
    ) throws(StoreError) -> Envelope {
        try environment.read { (transaction) throws(StoreError) in
            try tables.readEnvelope(room: room, roomSeq: roomSeq, transaction)
        }
    }
}

/// A key of `room_log` and `snap`.
private struct RoomPlace: TLSDecodable {
    let room: UInt64
    let roomSeq: UInt64

    init(from reader: inout Reader) throws(DecodingError) {
        room = try reader.readUInt64()
        roomSeq = try reader.readUInt64()
    }
}
