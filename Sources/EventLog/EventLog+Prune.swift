import LMDBStore
import PresentationLanguage

/// Taking away what is not needed any more. Each page is a short transaction of its own, so that nobody
/// who appends waits long; what was taken away before an error stays so.
extension EventLog {
    /// Rows of one transaction.
    private static var pageSize: Int { 256 }

    /// Takes the rows of a shelf away of which `isOver` is true; returns how many.
    package func prune(
        _ shelf: Shelf,
        _ isOver: @escaping @Sendable (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) async throws(StoreError) -> Int {
        var keys: [[UInt8]] = []
        try allRows(beginning: [], on: shelf) { key, value in
            if isOver(key, value) { keys.append(key) }
        }
        var count = 0
        for start in stride(from: 0, to: keys.count, by: Self.pageSize) {
            let page = keys[start..<min(start + Self.pageSize, keys.count)]
            count += try await environment.write { [tables] (transaction) throws(StoreError) in
                guard let table = tables.shelves[shelf] else { return 0 }
                var count = 0
                for key in page {
                    // It may be another row by now.
                    let value = try transaction.withValue(of: key, in: table) {
                        (value) throws(StoreError) in
                        try tables.unsealed(value, for: key, in: table)
                    }
                    guard let value, isOver(key, value) else { continue }
                    try transaction.delete(key, in: table)
                    count += 1
                }
                return count
            }
        }
        return count
    }

    /// Forgets which requests the records before a time answered, in milliseconds since 1970; returns how
    /// many. A request that comes again later is judged anew.
    package func pruneAnswers(before time: UInt64) async throws(StoreError) -> Int {
        let tables = tables
        var count = 0
        var isMore = true
        while isMore {
            let done = try await environment.write { (transaction) throws(StoreError) in
                try tables.pruneAnswers(before: time, Self.pageSize, transaction)
            }
            count += done
            isMore = done == Self.pageSize
        }
        return count
    }

    /// Takes the oldest items of each queue away, up to the first of which `isOver` is not true; returns
    /// how many.
    package func pruneQueues(
        _ isOver: @escaping @Sendable (_ item: [UInt8]) -> Bool
    ) async throws(StoreError) -> Int {
        var count = 0
        for destination in try destinations() {
            var isMore = true
            while isMore {
                let items = try items(for: destination, limit: Self.pageSize)
                guard let last = items.prefix(while: { isOver($0.body) }).last else { break }
                count += items.count { $0.position <= last.position }
                isMore =
                    try await acknowledge(destination, through: last.position)
                    || last.position == items.last?.position
            }
        }
        return count
    }

    /// Where queues lead.
    private func destinations() throws(StoreError) -> [[UInt8]] {
        try environment.read { (transaction) throws(StoreError) in
            var destinations: [[UInt8]] = []
            try transaction.scan(tables.queue) { (key, value) throws(StoreError) in
                let key = key.withUnsafeBytes { Array($0) }
                let row = try tables.unsealed(value, for: key, in: tables.queue)
                destinations.append(
                    try RowName(table: tables.queue, number: 0)
                        .decode(row.span.bytes, as: QueueRow.self).destination)
                return true
            }
            return destinations
        }
    }
}

extension LogTables {
    fileprivate func pruneAnswers(
        before time: UInt64, _ limit: Int, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) -> Int {
        var rows: [(seqKey: [UInt8], key: [UInt8])] = []
        try transaction.scan(idemSeq) { (key, value) throws(StoreError) in
            let gseq = try RowName(table: idemSeq, number: 0).decode(key, as: UInt64.self)
            guard try readEnvelope(gseq, transaction).timeMs < time else { return false }
            rows.append((gseq.encoded, value.withUnsafeBytes { Array($0) }))
            return rows.count < limit
        }
        for row in rows {
            try transaction.delete(row.seqKey, in: idemSeq)
            try transaction.delete(row.key, in: idem)
        }
        return rows.count
    }
}
