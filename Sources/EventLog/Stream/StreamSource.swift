import LMDBStore
import MLSCrypto
import PresentationLanguage

/// Reads a log as the frames of a stream: all records from some place on, then what goes with them.
struct StreamSource {
    private let tables: LogTables
    private var next: UInt64
    /// The rooms that have a record in the stream.
    private var rooms: Set<UInt64> = []

    /// Bytes of the payloads that one page holds, at least one.
    private static let pageSize = 4 << 20

    init(_ tables: LogTables, from gseq: UInt64) {
        self.tables = tables
        next = gseq
    }

    /// As many records as fit a page, and the rooms that they found. Returns the head if it was
    /// reached.
    mutating func readRecords(
        _ transaction: borrowing some Transaction & ~Copyable, _ emit: (StreamFrame) -> Void
    ) throws(StoreError) -> Head? {
        let head = try tables.readHead(transaction)
        var limit = PageLimit(rows: PageLimit.rows)
        var size = 0
        var hasRoom = true
        while next < head.nextSequence && hasRoom {
            let record = try readRecord(transaction)
            let envelope = record.envelope
            if envelope.roomSeq == 0 {
                guard let room = try tables.readRoom(envelope.room, transaction) else {
                    throw RowName(table: tables.room, number: envelope.room).damaged("missing")
                }
                emit(.room(StreamedRoom(number: room.number, uri: room.row.uri)))
            }
            emit(.record(record))
            rooms.insert(envelope.room)
            next += 1
            size += Int(envelope.payloadLength)
            hasRoom = limit.take() && size < Self.pageSize
        }
        return next < head.nextSequence ? nil : head
    }

    private func readRecord(
        _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> StreamedRecord {
        let envelope = try tables.readEnvelope(next, transaction)
        return StreamedRecord(
            envelope: envelope,
            request: try tables.readRequest(answeredBy: envelope, transaction),
            content: try readContent(of: envelope, transaction))
    }

    private func readContent(
        of envelope: Envelope, _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> StreamedRecord.Content {
        if let stored = try tables.readStoredPayload(of: envelope, transaction) {
            return .stored(salt: stored.salt, payload: stored.bytes)
        }
        guard let redaction = try tables.readRedaction(of: envelope.gseq, transaction) else {
            throw RowName(table: tables.payload, number: envelope.gseq).damaged("missing")
        }
        return .redacted(by: redaction.record)
    }

    /// The statuses of the rooms that have a record in the stream.
    func readStatuses(
        _ transaction: borrowing some Transaction & ~Copyable,
        _ emit: (StreamFrame) throws(StoreError) -> Void
    ) throws(StoreError) {
        for number in rooms.sorted() {
            guard let room = try tables.readRoom(number, transaction) else {
                throw RowName(table: tables.room, number: number).damaged("missing")
            }
            try emit(.status(StreamedStatus(room: number, status: room.row.status)))
        }
    }

    /// The rows of tables beside the log from some place on, until `emit` returns false. Returns where
    /// the next ones are; nil at the end.
    func readRows(
        of tables: [Table], from place: RowPlace = RowPlace(table: 0),
        _ transaction: borrowing some Transaction & ~Copyable,
        _ emit: (StreamFrame) throws(StoreError) -> Bool
    ) throws(StoreError) -> RowPlace? {
        for (number, table) in tables.enumerated() where number >= place.table {
            let last = number == place.table ? place.last : []
            var next: RowPlace?
            try transaction.scan(table, from: last) { (key, value) throws(StoreError) in
                let row = try row(table, key, value)
                if row.key == last { return true }
                guard try emit(.row(row)) else {
                    next = RowPlace(table: number, last: row.key)
                    return false
                }
                return true
            }
            if let next { return next }
        }
        return nil
    }

    private func row(
        _ table: Table, _ key: RawSpan, _ value: RawSpan
    ) throws(StoreError) -> StreamedRow {
        let key = key.withUnsafeBytes { Array($0) }
        return StreamedRow(
            table: Array(table.name.utf8), key: key,
            value: try tables.unsealed(value, for: key, in: table))
    }
}

/// A place among the rows beside a log.
struct RowPlace {
    let table: Int
    /// The key before it; empty at the start of the table.
    var last: [UInt8] = []
}

extension EventLog {
    /// Writes the log from a sequence to its end as a stream (`docs/streams.md`), and returns its
    /// head there. Writers may go on meanwhile.
    ///
    /// Records are read in pages, each in a short transaction in which nothing is written. With the
    /// rows beside the log, which must be those of the last record, the last transaction lasts until
    /// all of them are written: the sink should be a file then, not a pipe.
    ///
    /// Every record is checked as it is read. Throws `.damaged` where one is.
    @discardableResult
    package func export(
        from gseq: UInt64 = 0, withRows: Bool,
        to sink: @escaping (_ bytes: [UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) -> Head {
        let before = try head(at: gseq)
        let writer = StreamWriter(to: sink)
        writer.add(.header(StreamHeader(meta, hasRows: withRows, before: before)))
        var source = StreamSource(tables, from: gseq)
        var end: Head?
        repeat {
            end = try environment.read { (transaction) throws(StoreError) in
                guard let head = try source.readRecords(transaction, writer.add) else { return nil }
                func emit(_ frame: StreamFrame) throws(StoreError) {
                    writer.add(frame)
                    if withRows, writer.waitingByteCount >= StreamWriter.buffer {
                        try writer.flush()
                    }
                }
                try source.readStatuses(transaction, emit)
                let rows = withRows ? tables.beside : tables.ofLog
                _ = try source.readRows(of: rows, transaction) { (frame) throws(StoreError) in
                    try emit(frame)
                    return true
                }
                writer.add(.end(head))
                return head
            }
            try writer.flush()
        } while end == nil
        guard let end else { preconditionFailure("a stream without an end") }
        return end
    }

    /// The head when the log had so many records. Reads their envelopes. Throws `.damaged` if there
    /// are fewer.
    package func head(at size: UInt64) throws(StoreError) -> Head {
        let now = try head()
        if size == now.nextSequence { return now }
        guard size < now.nextSequence else {
            throw RowName(table: tables.log, number: size)
                .damaged("the log ends at \(now.nextSequence)")
        }
        var head = Head()
        while head.nextSequence < size {
            try environment.read { (transaction) throws(StoreError) in
                var limit = PageLimit(rows: PageLimit.rows)
                var hasRoom = true
                while head.nextSequence < size && hasRoom {
                    head.add(try tables.readEnvelope(head.nextSequence, transaction))
                    hasRoom = limit.take()
                }
            }
        }
        return head
    }
}

extension Head {
    /// Counts a record.
    mutating func add(_ envelope: Envelope) {
        timeMs = envelope.timeMs
        frontier.append(leafData: envelope.leafData)
    }
}
