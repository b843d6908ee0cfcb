import LMDBStore

/// A store that is made from streams, one after another, in a directory beside its path. It is moved
/// to the path when all of it is there and on the disk.
///
/// One task uses it. It ends with ``finish()`` or ``abandon()``; a crash leaves a directory
/// `.NAME.new-XXXXXX`, which is never looked at again.
package final class LogBuilder {
    package let log: EventLog
    /// What the streams say that the log is, whether a cut left some of it out or not.
    package private(set) var head = Head()
    /// Whether a record was left out.
    package private(set) var isCut = false

    /// Bytes that one transaction takes, and the frame that is then the last.
    fileprivate static let batchSize = 4 << 20

    private let path: String
    private let temporary: String
    private let cut: Cut?
    private var header: StreamHeader?

    private init(_ path: String, _ temporary: String, _ log: EventLog, _ cut: Cut?) {
        self.path = path
        self.temporary = temporary
        self.log = log
        self.cut = cut
    }

    /// Starts a store. It is the same log as before if `meta` is, or another one with its records.
    package static func begin(
        at path: String, _ meta: Meta, cut: Cut? = nil, _ configuration: Configuration
    ) throws(StoreError) -> LogBuilder {
        let (parent, name) = FileSystem.split(path)
        let prefix = "\(parent)/.\(name).new-"
        let temporary = try FileSystem.makeTemporaryDirectory(prefix: prefix)
        do {
            let log = try EventLog.create(at: temporary, meta, configuration)
            return LogBuilder(path, temporary, log, cut)
        } catch {
            FileSystem.remove(directory: temporary, files: [])
            throw error
        }
    }

    /// Takes a stream that begins where the last one ended, the first at 0. The rows beside the log are
    /// those of the last stream with `rows`.
    ///
    /// Throws `.damaged` of the table `stream`, with the global sequence, for a stream that does not
    /// prove what it says; then the store can only be abandoned.
    package func add(_ stream: StreamReader, rows: Bool) async throws(StoreError) {
        try await add(stream.header, rows: rows) { () throws(StoreError) in try stream.batch() }
        // The digest stands behind the end.
        guard try stream.next() == nil else { preconditionFailure("a frame behind the end") }
    }

    /// Takes a whole log that nobody writes, as its stream would be taken.
    package func add(copyOf still: EventLog, rows: Bool) async throws(StoreError) {
        let header = StreamHeader(still.meta, hasRows: true, before: Head())
        var source = StreamSource(still.tables, from: 0)
        var end: Head?
        var place: RowPlace? = RowPlace(table: 0)
        try await add(header, rows: rows) { () throws(StoreError) in
            var frames: [StreamFrame] = []
            try still.environment.read { (transaction) throws(StoreError) in
                if end == nil {
                    end = try source.readRecords(transaction) { frames.append($0) }
                    if end != nil { try source.readStatuses(transaction) { frames.append($0) } }
                } else if let next = place {
                    var limit = PageLimit(rows: PageLimit.rows)
                    var size = 0
                    place = try source.readRows(of: still.tables.beside, from: next, transaction) {
                        frame in
                        frames.append(frame)
                        size += frame.size
                        return limit.take() && size < Self.batchSize
                    }
                }
                if let end, place == nil { frames.append(.end(end)) }
            }
            return frames
        }
    }

    private func add(
        _ next: StreamHeader, rows: Bool, _ batch: () throws(StoreError) -> [StreamFrame]
    ) async throws(StoreError) {
        if let header, header.uuid != next.uuid || header.origin != next.origin {
            throw StoreError(.damagedStream(head.nextSequence, "a stream of another store"))
        }
        guard next.before == head else {
            throw StoreError(
                .damagedStream(
                    head.nextSequence,
                    "a stream from \(next.before.nextSequence), or of another log"))
        }
        header = next
        var progress = LogImport(
            next, into: log.tables, cut: cut, isCut: isCut, takesRows: rows)
        while !progress.isAtEnd {
            let frames = try batch()
            let before = progress
            progress = try await log.environment.write { (transaction) throws(StoreError) in
                var progress = before
                for frame in frames { try progress.take(frame, transaction) }
                return progress
            }
        }
        head = progress.head
        isCut = progress.isCut
    }

    /// Corrects the status of a room, which a stream does not tell of a record before its end.
    package func setStatus(_ status: UInt8, ofRoom number: UInt64) async throws(StoreError) {
        let tables = log.tables
        try await log.environment.write { (transaction) throws(StoreError) in
            guard var row = try tables.readRoom(number, transaction)?.row else { return }
            row.status = status
            try transaction.put(row.encoded, for: LogTables.roomKey(number), in: tables.room)
        }
    }

    /// Closes the store and moves it to its path. Throws `.alreadyExists`.
    package func finish() async throws(StoreError) {
        await log.close()
        do {
            try FileSystem.sync(temporary + "/" + Environment.dataFile)
            try FileSystem.sync(temporary)
            try FileSystem.rename(temporary, to: path)
        } catch {
            remove()
            throw error
        }
        try FileSystem.sync(FileSystem.split(path).parent)
    }

    /// Closes the store and removes it.
    package func abandon() async {
        await log.close()
        remove()
    }

    private func remove() {
        FileSystem.remove(
            directory: temporary, files: [Environment.dataFile, Environment.lockFile])
    }
}

extension StreamReader {
    /// The next frames, as many as one transaction should take.
    fileprivate func batch() throws(StoreError) -> [StreamFrame] {
        var frames: [StreamFrame] = []
        var size = 0
        while frames.count < 1000, size < LogBuilder.batchSize, let frame = try next() {
            frames.append(frame)
            size += frame.size
        }
        return frames
    }
}

extension StreamFrame {
    /// Bytes of what is long in it.
    fileprivate var size: Int {
        switch self {
        case .record(let record): Int(record.envelope.payloadLength)
        case .row(let row): row.value.count
        case .room(let room): room.uri.count
        case .header, .status, .end: 0
        }
    }
}
