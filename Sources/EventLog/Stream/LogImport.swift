import LMDBStore
import MLSCrypto
import PresentationLanguage

/// Where a restored log ends.
package enum Cut: Hashable, Sendable {
    /// After the record of this sequence.
    case sequence(UInt64)
    /// Before the first record whose time, in milliseconds since 1970, is later.
    case time(UInt64)

    func keeps(_ envelope: Envelope) -> Bool {
        switch self {
        case .sequence(let last): envelope.gseq <= last
        case .time(let last): envelope.timeMs <= last
        }
    }
}

/// A stream on its way into a log: the frames up to some place, and what must come next. Every byte
/// is checked before it counts.
struct LogImport: Sendable {
    private let tables: LogTables
    private let header: StreamHeader
    private let cut: Cut?
    /// Whether the rows beside the log are taken.
    private let takesRows: Bool

    /// What the stream says the log is, whether a cut left some of it out or not.
    private(set) var head: Head
    /// Whether a record was left out.
    private(set) var isCut: Bool
    private(set) var isAtEnd = false
    /// The room that the next record founds.
    private var founded: StreamedRoom?
    /// Rooms with a record in the stream, and how many of them have their status.
    private var roomCount: UInt64 = 0
    private var statusCount: UInt64 = 0
    private var lastStatus: UInt64?
    private var lastRow: (table: Int, key: [UInt8])?

    /// The start of a stream into a log that has what is before it.
    init(
        _ header: StreamHeader, into tables: LogTables, cut: Cut? = nil, isCut: Bool = false,
        takesRows: Bool
    ) {
        self.tables = tables
        self.header = header
        self.cut = cut
        self.takesRows = takesRows && header.hasRows
        head = header.before
        self.isCut = isCut
    }

    /// Takes the next frame; the caller commits.
    mutating func take(
        _ frame: StreamFrame, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        guard !isAtEnd else { throw refusal("a frame after the end") }
        switch frame {
        case .header: throw refusal("a second header")
        case .room(let room): try take(room)
        case .record(let record): try take(record, transaction)
        case .status(let status): try take(status, transaction)
        case .row(let row): try take(row, transaction)
        case .end(let end): try finish(end, transaction)
        }
    }

    private func refusal(_ what: String) -> StoreError {
        StoreError(.damagedStream(head.nextSequence, what))
    }

    // MARK: Records

    private mutating func take(_ room: StreamedRoom) throws(StoreError) {
        guard founded == nil, lastStatus == nil, lastRow == nil else {
            throw refusal("a room at another place than before its first record")
        }
        guard room.uri.count <= RoomRow.uriLimit, room.number != Room.hub || room.uri.isEmpty else {
            throw refusal("a room with a URI of \(room.uri.count) bytes")
        }
        founded = room
    }

    private mutating func take(
        _ record: StreamedRecord, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        let envelope = record.envelope
        guard lastStatus == nil, lastRow == nil else { throw refusal("a record after a status") }
        guard envelope.gseq == head.nextSequence else {
            throw refusal("the record says that it is \(envelope.gseq)")
        }
        let chunks = try chunks(of: record)
        isCut = isCut || cut.map { !$0.keeps(envelope) } ?? false
        if !isCut { try write(record, chunks, transaction) }
        head.add(envelope)
        founded = nil
    }

    /// The payload as it is stored, if it is what the envelope commits to.
    /// Nil of a redacted one.
    private func chunks(of record: StreamedRecord) throws(StoreError) -> PayloadChunks? {
        guard case .stored(let salt, let payload) = record.content else { return nil }
        let envelope = record.envelope
        guard payload.count == Int(envelope.payloadLength), payload.count <= Payload.limit else {
            throw refusal("a payload of \(payload.count) bytes")
        }
        let chunks = PayloadChunks(payload, salt: salt)
        guard chunks.commitment == envelope.payloadCommitment else {
            throw refusal("the payload is not what the envelope commits to")
        }
        do {
            _ = try Payload(parsing: payload)
        } catch {
            throw refusal("payload: \(error)")
        }
        return chunks
    }

    private mutating func write(
        _ record: StreamedRecord, _ chunks: PayloadChunks?,
        _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        let envelope = record.envelope
        var newHead = try tables.readCheckedHead(transaction)
        guard newHead == head else { throw refusal("the log ends at another place") }
        let uri = try uri(of: envelope, transaction)
        newHead.add(envelope)
        // The status comes later in the stream.
        let row = RoomRow(
            status: 0, roomSeq: envelope.roomSeq, gseq: envelope.gseq, timeMs: envelope.timeMs,
            epoch: envelope.epoch, chainHead: envelope.hash, stateHash: envelope.stateHash,
            uri: uri)
        let values = chunks?.values ?? []
        try tables.write(envelope, values, row, newHead, transaction)
        if case .redacted(let by) = record.content {
            try tables.redact(envelope.gseq, by: by, transaction)
        }
        if let request = record.request {
            guard try tables.readAnswer(to: request, in: envelope.room, transaction) == nil else {
                throw refusal("its request was answered before")
            }
            try tables.write(request, of: envelope, transaction)
        }
        try tables.checkWritten(envelope, values.count, row, newHead, transaction)
    }

    /// The URI of the record's room, if the record is the next one of it.
    private mutating func uri(
        of envelope: Envelope, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) -> [UInt8] {
        guard let room = try tables.readRoom(envelope.room, transaction)?.row else {
            return try foundedURI(of: envelope, transaction)
        }
        guard founded == nil else { throw refusal("a room that exists is founded") }
        guard envelope.roomSeq == room.roomSeq + 1, envelope.previous == room.chainHead else {
            throw refusal("it does not follow the room's record before it")
        }
        guard envelope.timeMs >= room.timeMs else {
            throw refusal("it is older than the room's record before it")
        }
        if room.gseq < header.before.nextSequence { roomCount += 1 }
        return room.uri
    }

    private mutating func foundedURI(
        of envelope: Envelope, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) -> [UInt8] {
        guard let founded, founded.number == envelope.room else {
            throw refusal("it is of a room that does not exist")
        }
        guard envelope.roomSeq == 0, envelope.previous == .zero else {
            throw refusal("it is not the first record of its room")
        }
        if founded.number != Room.hub {
            let next = try tables.readLastRoom(transaction) + 1
            guard founded.number == next else { throw refusal("the next room is \(next)") }
            guard try tables.readRoom(uri: founded.uri, transaction) == nil else {
                throw refusal("its room's URI is another room's")
            }
            try tables.addURI(founded.uri, founded.number, transaction)
        }
        roomCount += 1
        return founded.uri
    }

    // MARK: What follows the records

    private mutating func take(
        _ status: StreamedStatus, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        guard founded == nil, lastRow == nil, lastStatus.map({ $0 < status.room }) ?? true else {
            throw refusal("a status at another place than its own")
        }
        lastStatus = status.room
        statusCount += 1
        // After a cut, the statuses are those of records that were left out.
        guard !isCut else { return }
        guard var room = try tables.readRoom(status.room, transaction)?.row,
            room.gseq >= header.before.nextSequence
        else { throw refusal("the status of a room without a record in the stream") }
        room.status = status.status
        try transaction.put(room.encoded, for: LogTables.roomKey(status.room), in: tables.room)
    }

    private mutating func take(
        _ row: StreamedRow, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        guard founded == nil else { throw refusal("a row before the first record of a room") }
        let name = String(decoding: row.table, as: UTF8.self)
        guard let table = tables.beside.firstIndex(where: { $0.name == name }) else {
            throw refusal("a row of the unknown table \(name)")
        }
        guard header.hasRows || tables.ofLog.contains(tables.beside[table]) else {
            throw refusal("a row in a stream without")
        }
        guard (1...511).contains(row.key.count),
            lastRow.map({
                $0.table < table || $0.table == table && $0.key.lexicographicallyPrecedes(row.key)
            })
                ?? true
        else { throw refusal("a row of \(name) at another place than its own") }
        if lastRow == nil { try clearRows(transaction) }
        lastRow = (table, row.key)
        guard takes(tables.beside[table]) else { return }
        if isCut, try !tables.isKept(row, of: name, transaction) { return }
        if tables.beside[table] == tables.redact { return try redact(row, transaction) }
        let value = tables.sealed(row.value, for: row.key, in: tables.beside[table])
        try transaction.append(value, for: row.key, to: tables.beside[table])
    }

    /// A record of this stream or of an earlier one was redacted.
    private func redact(
        _ row: StreamedRow, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        guard let gseq = try? UInt64(parsing: row.key), gseq < head.nextSequence,
            let redaction = try? Redaction(parsing: row.value)
        else { throw refusal("a redaction of a record that is not there") }
        try tables.redact(gseq, by: redaction.record, transaction)
    }

    /// Rows are always the whole tables.
    private func clearRows(_ transaction: borrowing WriteTransaction) throws(StoreError) {
        // Those of records stay: what is redacted stays so.
        for table in tables.beside where table != tables.redact && takes(table) {
            try transaction.clear(table)
        }
    }

    /// Whether the rows of a table are taken from this stream.
    private func takes(_ table: Table) -> Bool { takesRows || tables.ofLog.contains(table) }

    private mutating func finish(
        _ end: Head, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        guard founded == nil else { throw refusal("a room without a record") }
        guard end == head else { throw refusal("its end is not that of its records") }
        if lastRow == nil { try clearRows(transaction) }
        isAtEnd = true
        if let redacted = try tables.readOrphanedRedaction(transaction) {
            throw StoreError(
                .damagedStream(redacted, "what says that the record is redacted was left out"))
        }
        guard !isCut else { return }
        guard statusCount == roomCount else {
            throw refusal("\(statusCount) statuses for \(roomCount) rooms")
        }
        guard try tables.readCheckedHead(transaction) == head else {
            throw refusal("the log ends at another place")
        }
    }
}
