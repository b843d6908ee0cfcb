import LMDBStore

/// A table of rows beside the log; keys and values are the caller's. The raw value is its name.
package enum Shelf: String, CaseIterable, Sendable {
    /// Where the Welcome of a key package goes.
    case keyPackageRoute = "kpref"
    /// What users consented to.
    case consent
    /// Codes that let their holders join a room.
    case joinCode = "join_code"
    /// Who was given a room's GroupInfo for such a code.
    case joinGrant = "join_grant"
    /// Answers to messages, which make no record.
    case messageAnswer = "message_answer"
    /// The time of a room's latest message.
    case roomTime = "room_time"
    /// The journal of refusals.
    case refusal
}

/// Rows beside the log that change in one transaction, with a record or without one. They are no part
/// of the history.
package struct SideRows: Sendable {
    package struct Change: Sendable {
        let shelf: Shelf
        let key: [UInt8]
        /// Nil takes the row away.
        let value: [UInt8]?
    }

    /// An item for the end of a queue.
    package struct Delivery: Sendable {
        let destination: [UInt8]
        let body: [UInt8]
    }

    private(set) var changes: [Change] = []
    private(set) var deliveries: [Delivery] = []

    package init() {}

    package var isEmpty: Bool { changes.isEmpty && deliveries.isEmpty }

    /// Whether rows are not only taken away.
    var addsSomething: Bool { !deliveries.isEmpty || changes.contains { $0.value != nil } }

    /// Puts a row, in place of the one with this key.
    package mutating func put(_ value: [UInt8], for key: [UInt8], on shelf: Shelf) {
        changes.append(Change(shelf: shelf, key: key, value: value))
    }

    package mutating func remove(_ key: [UInt8], from shelf: Shelf) {
        changes.append(Change(shelf: shelf, key: key, value: nil))
    }

    /// Puts an item at the end of a destination's queue.
    package mutating func deliver(_ body: [UInt8], to destination: [UInt8]) {
        deliveries.append(Delivery(destination: destination, body: body))
    }
}

extension LogTables {
    /// All changes and deliveries, in their order; the caller commits.
    func write(
        _ rows: SideRows, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        for change in rows.changes {
            guard let table = shelves[change.shelf] else {
                preconditionFailure("a shelf without a table")
            }
            if let value = change.value {
                let value = sealed(value, for: change.key, in: table)
                try transaction.put(value, for: change.key, in: table)
            } else {
                try transaction.delete(change.key, in: table)
            }
        }
        for delivery in rows.deliveries { try write(delivery, transaction) }
    }
}

extension EventLog {
    /// Writes rows by themselves, and returns when they are on the disk.
    package func write(_ rows: SideRows) async throws(StoreError) {
        if rows.addsSomething { try quota?.check(environment, isRelief: false) }
        let tables = tables
        try await environment.write { (transaction) throws(StoreError) in
            try tables.write(rows, transaction)
        }
    }

    /// A row, or nil.
    package func row(_ key: [UInt8], on shelf: Shelf) throws(StoreError) -> [UInt8]? {
        try environment.read { (transaction) throws(StoreError) in
            guard let table = tables.shelves[shelf] else { return nil }
            return try transaction.withValue(of: key, in: table) { (value) throws(StoreError) in
                try tables.unsealed(value, for: key, in: table)
            }
        }
    }

    /// The highest key of a shelf, or nil.
    package func lastKey(on shelf: Shelf) throws(StoreError) -> [UInt8]? {
        try environment.read { (transaction) throws(StoreError) in
            guard let table = tables.shelves[shelf] else { return nil }
            return try transaction.lastKey(in: table)
        }
    }

    /// The rows whose keys begin with `prefix`, from behind the key `last` on, as many as fit a page.
    private func rows(
        beginning prefix: [UInt8], after last: [UInt8]?, on shelf: Shelf
    ) throws(StoreError) -> [(key: [UInt8], value: [UInt8])] {
        try environment.read { (transaction) throws(StoreError) in
            guard let table = tables.shelves[shelf] else { return [] }
            var rows: [(key: [UInt8], value: [UInt8])] = []
            var limit = PageLimit(rows: PageLimit.rows)
            try transaction.scan(table, from: last ?? prefix) { (key, value) throws(StoreError) in
                let key = key.withUnsafeBytes { Array($0) }
                guard key.starts(with: prefix) else { return false }
                if key == last { return true }
                rows.append((key, try tables.unsealed(value, for: key, in: table)))
                return limit.take()
            }
            return rows
        }
    }

    /// All rows whose keys begin with `prefix`, a page at a time.
    package func allRows(
        beginning prefix: [UInt8], on shelf: Shelf,
        _ take: (_ key: [UInt8], _ value: [UInt8]) -> Void
    ) throws(StoreError) {
        var last: [UInt8]?
        repeat {
            let page = try rows(beginning: prefix, after: last, on: shelf)
            for row in page { take(row.key, row.value) }
            last = page.last?.key
        } while last != nil
    }
}
