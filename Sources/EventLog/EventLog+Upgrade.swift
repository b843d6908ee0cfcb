import LMDBStore
import MLSCrypto

/// Bringing a store of an earlier schema to this one, in one transaction: after a crash it is of the one
/// or of the other.
extension EventLog {
    static func upgrade(_ environment: Environment) throws(StoreError) {
        let metaTable = try environment.table("meta")
        let meta = try environment.read { (transaction) throws(StoreError) in
            try Meta(from: metaTable, in: transaction)
        }
        guard meta.schema < Meta.currentSchema else { return }
        try environment.prepare { (transaction) throws(StoreError) in
            let tables = try LogTables(schema: Meta.currentSchema) { (name) throws(StoreError) in
                try transaction.createTable(name)
            }
            try tables.upgradeFromSchema1(transaction)
            try meta.write(to: tables.meta, in: transaction)
        }
    }
}

extension LogTables {
    /// Schema 2 seals the rows beside the log, keeps the Merkle tree's full tiles, and has projections.
    fileprivate func upgradeFromSchema1(
        _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        for table in Array(shelves.values) + [queue, delivery] {
            var last: [UInt8]?
            while let page = try rowsToSeal(in: table, after: last, transaction) {
                for row in page {
                    try transaction.put(
                        sealed(row.value, for: row.key, in: table), for: row.key, in: table)
                }
                last = page.last?.key
            }
        }
        let size = try readHead(transaction).nextSequence
        for size in 1..<size + 1 where Self.hasNewTiles(size) {
            try writeTiles(endingAt: size, transaction)
        }
        try adoptProjections(transaction)
    }

    /// Some rows behind a key; nil behind the last one.
    private func rowsToSeal(
        in table: Table, after last: [UInt8]?, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) -> [(key: [UInt8], value: [UInt8])]? {
        var rows: [(key: [UInt8], value: [UInt8])] = []
        try transaction.scan(table, from: last ?? []) { (key, value) throws(StoreError) in
            let key = key.withUnsafeBytes { Array($0) }
            if key != last { rows.append((key, value.withUnsafeBytes { Array($0) })) }
            return rows.count < PageLimit.rows
        }
        return rows.isEmpty ? nil : rows
    }
}
