/// What both kinds of transaction can read.
///
/// A transaction lives inside one synchronous closure on one thread. Spans passed to closures are
/// valid until the closure returns, and in a write transaction only until the next write.
package protocol Transaction: ~Copyable {
    var access: TransactionAccess { get }
}

/// Reads through a transaction; usable only by this layer.
package struct TransactionAccess {
    let transaction: LMDBTransaction
}

extension Transaction where Self: ~Copyable {
    /// A copy of the value, or nil where there is no such key.
    package borrowing func get(_ key: [UInt8], in table: Table) throws(StoreError) -> [UInt8]? {
        try withValue(of: key, in: table) { $0.withUnsafeBytes { Array($0) } }
    }

    /// Calls `body` with the value in place, without copying it.
    package borrowing func withValue<R>(
        of key: [UInt8], in table: Table, _ body: (RawSpan) throws(StoreError) -> R
    ) throws(StoreError) -> R? {
        try access.transaction.get(table.handle, key, body)
    }

    /// Calls `body` with each row in place, from the first key not below `start`, in the order of
    /// the keys, until it returns false.
    package borrowing func scan(
        _ table: Table, from start: [UInt8] = [],
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StoreError) -> Bool
    ) throws(StoreError) {
        try access.transaction.scan(table.handle, from: start, body)
    }

    /// How many rows there are.
    package borrowing func count(of table: Table) throws(StoreError) -> UInt64 {
        UInt64(try access.transaction.count(table.handle))
    }

    /// The highest key, or nil of an empty table.
    package borrowing func lastKey(in table: Table) throws(StoreError) -> [UInt8]? {
        try access.transaction.lastKey(table.handle)
    }
}

/// A snapshot of the store. It sees nothing that was committed after it began.
package struct ReadTransaction: ~Copyable, Transaction {
    package let access: TransactionAccess

    init(_ transaction: LMDBTransaction) {
        access = TransactionAccess(transaction: transaction)
    }

    deinit {
        access.transaction.abort()
    }

    /// Bytes of the pages of the store after its last commit, with those that are free or without.
    package borrowing func byteCount(withFreePages: Bool) throws(StoreError) -> UInt64 {
        try access.transaction.byteCount(withFreePages: withFreePages)
    }

    /// Ends the transaction in the way that keeps the tables it opened.
    consuming func commit() throws(StoreError) {
        let transaction = access.transaction
        discard self
        try transaction.commit()
    }
}

/// The one transaction that writes. Dropped without a commit, it changes nothing.
package struct WriteTransaction: ~Copyable, Transaction {
    package let access: TransactionAccess

    init(_ transaction: LMDBTransaction) {
        access = TransactionAccess(transaction: transaction)
    }

    deinit {
        access.transaction.abort()
    }

    /// Returns when everything is on the disk. A failed commit changes nothing.
    consuming func commit() throws(StoreError) {
        let transaction = access.transaction
        discard self
        try transaction.commit()
    }

    /// Creates the table unless it exists.
    package borrowing func createTable(_ name: String) throws(StoreError) -> Table {
        Table(name: name, handle: try access.transaction.openTable(name, create: true))
    }

    /// Adds the row, or replaces the one with this key.
    package borrowing func put(
        _ value: [UInt8], for key: [UInt8], in table: Table
    ) throws(StoreError) {
        try access.transaction.put(table.handle, key, value, .upsert)
    }

    /// Adds a row whose key must be new.
    package borrowing func insert(
        _ value: [UInt8], for key: [UInt8], in table: Table
    ) throws(StoreError) {
        try access.transaction.put(table.handle, key, value, .insert)
    }

    /// Adds a row whose key must be above all others: the fast way to write a log.
    package borrowing func append(
        _ value: [UInt8], for key: [UInt8], to table: Table
    ) throws(StoreError) {
        try access.transaction.put(table.handle, key, value, .append)
    }

    /// Returns whether there was such a row.
    @discardableResult
    package borrowing func delete(_ key: [UInt8], in table: Table) throws(StoreError) -> Bool {
        try access.transaction.delete(table.handle, key)
    }

    /// Takes all rows of the table away.
    package borrowing func clear(_ table: Table) throws(StoreError) {
        try access.transaction.clear(table.handle)
    }
}
