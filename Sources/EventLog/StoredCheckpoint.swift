import LMDBStore
import MLSCrypto
import PresentationLanguage

/// A checkpoint of the log, signed, as a row of the table `cp`; the key is the size of the tree.
///
/// ```
/// struct {
///     uint8 format = 1;
///     opaque root[32];
///     opaque note<V>;                            // the signed note, as it is given out
/// } StoredCheckpoint;
/// ```
package struct StoredCheckpoint: Hashable, Sendable {
    package static let format: UInt8 = 1

    package let size: UInt64
    package let root: Digest32
    package let note: [UInt8]

    package init(size: UInt64, root: Digest32, note: [UInt8]) {
        self.size = size
        self.root = root
        self.note = note
    }

    init(size: UInt64, row: RawSpan) throws(DecodingError) {
        var reader = try Reader(row)
        try reader.readFormat(Self.format)
        self.size = size
        root = try Digest32(from: &reader)
        note = try reader.readOpaque()
        try reader.finish()
    }

    var row: [UInt8] {
        var writer = Writer()
        writer.write(Self.format)
        root.write(to: &writer)
        writer.write(opaque: note)
        return writer.bytes
    }
}

extension EventLog {
    /// Keeps a checkpoint, in place of the one of this size, and returns when it is on the disk.
    package func keep(_ checkpoint: StoredCheckpoint) async throws(StoreError) {
        let tables = tables
        try await environment.write { (transaction) throws(StoreError) in
            guard let table = tables.checkpoint else { throw StoreError(.readOnly) }
            let key = checkpoint.size.encoded
            let row = tables.sealed(checkpoint.row, for: key, in: table)
            try transaction.put(row, for: key, in: table)
        }
    }

    /// Checkpoints of sizes from the given one on, as many as fit a page.
    package func checkpoints(from size: UInt64 = 0) throws(StoreError) -> Page<StoredCheckpoint> {
        try environment.read { (transaction) throws(StoreError) in
            var page = Page<StoredCheckpoint>()
            guard let table = tables.checkpoint else { return page }
            var limit = PageLimit(rows: PageLimit.rows)
            var hasRoom = true
            try transaction.scan(table, from: size.encoded) { (key, value) throws(StoreError) in
                let name = RowName(table: table, number: size)
                let size = try name.decode(key, as: UInt64.self)
                guard hasRoom else {
                    page.next = size
                    return false
                }
                page.elements.append(try tables.decodeCheckpoint(size, value, table))
                hasRoom = limit.take()
                return true
            }
            return page
        }
    }

    /// All checkpoints, the one of the smallest tree first.
    package func allCheckpoints() throws(StoreError) -> [StoredCheckpoint] {
        var all: [StoredCheckpoint] = []
        var position: UInt64? = 0
        while let next = position {
            let page = try checkpoints(from: next)
            all += page.elements
            position = page.next
        }
        return all
    }

    /// The checkpoint of the largest tree.
    package func latestCheckpoint() throws(StoreError) -> StoredCheckpoint? {
        try environment.read { (transaction) throws(StoreError) in
            guard let table = tables.checkpoint,
                let key = try transaction.lastKey(in: table)
            else { return nil }
            let size = try RowName(table: table, number: 0).decode(key.span.bytes, as: UInt64.self)
            return try transaction.withValue(of: key, in: table) { (value) throws(StoreError) in
                try tables.decodeCheckpoint(size, value, table)
            }
        }
    }
}

extension LogTables {
    fileprivate func decodeCheckpoint(
        _ size: UInt64, _ value: RawSpan, _ table: Table
    ) throws(StoreError) -> StoredCheckpoint {
        let row = try unsealed(value, for: size.encoded, in: table, of: size)
        do throws(DecodingError) {
            return try StoredCheckpoint(size: size, row: row.span.bytes)
        } catch {
            throw RowName(table: table, number: size).error(error)
        }
    }
}
