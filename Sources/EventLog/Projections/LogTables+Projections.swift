import LMDBStore
import PresentationLanguage

extension LogTables {
    func projectionTables() throws(StoreError) -> ProjectionTables {
        guard let projections else { throw StoreError(.missingTable("proj")) }
        return projections
    }

    /// Nil where there are no projections: in a store of an earlier schema.
    func readState(
        of projection: Projection, _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> ProjectionState? {
        guard let table = projections?.states else { return nil }
        let key = Array(projection.rawValue.utf8)
        let value = try transaction.withValue(of: key, in: table) { (value) throws(StoreError) in
            try unsealed(value, for: key, in: table)
        }
        guard let value else { throw RowName(table: table, number: 0).damaged("missing") }
        return try RowName(table: table, number: 0).decode(
            value.span.bytes, as: ProjectionState.self)
    }

    /// The same of a store that is written to.
    func state(
        of projection: Projection, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) -> (ProjectionTables, ProjectionState) {
        let tables = try projectionTables()
        guard let state = try readState(of: projection, transaction) else {
            throw StoreError(.missingTable("proj"))
        }
        return (tables, state)
    }

    func write(
        _ state: ProjectionState, of projection: Projection,
        _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        let table = try projectionTables().states
        let key = Array(projection.rawValue.utf8)
        try transaction.put(sealed(state.encoded, for: key, in: table), for: key, in: table)
    }

    /// All projections of a new store, without rows.
    func startProjections(_ transaction: borrowing WriteTransaction) throws(StoreError) {
        for projection in Projection.allCases {
            try write(ProjectionState(position: 0), of: projection, transaction)
        }
    }

    /// Takes the rows over that stores of schema 1 kept in tables of the projections' names, and that
    /// were made with each record. States of rooms were not kept.
    func adoptProjections(_ transaction: borrowing WriteTransaction) throws(StoreError) {
        let end = try readHead(transaction).nextSequence
        for projection in Projection.inline {
            var state = ProjectionState(position: end)
            let old = try transaction.createTable(projection.rawValue)
            while let key = try transaction.lastKey(in: old) {
                guard let value = try transaction.get(key, in: old) else { break }
                try apply(
                    [RowChange(key: key, value: value)],
                    to: projectionTables().table(of: projection, 1), &state.digest, transaction)
                try transaction.delete(key, in: old)
            }
            try write(state, of: projection, transaction)
        }
        try write(ProjectionState(position: 0), of: .roomState, transaction)
    }

    /// Changes rows, and their digest with them.
    func apply(
        _ changes: [RowChange], to table: Table, _ digest: inout RowDigest,
        _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        for change in changes {
            let old = try transaction.get(change.key, in: table)
            guard old != change.value else { continue }
            if let old { digest.remove(change.key, old) }
            if let value = change.value {
                digest.add(change.key, value)
                try transaction.put(value, for: change.key, in: table)
            } else {
                try transaction.delete(change.key, in: table)
            }
        }
    }

    /// What a record does to the inline projections. Rows that are being built follow where their room is
    /// done; others will be made of what the room then is.
    func project(
        _ changes: ProjectionChanges, of record: Envelope,
        _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        for projection in Projection.inline {
            var (tables, state) = try state(of: projection, transaction)
            let rows = changes.rows[projection] ?? []
            try apply(
                rows, to: tables.table(of: projection, state.version), &state.digest, transaction)
            if state.status == .building, record.room <= state.rooms {
                try apply(
                    rows, to: tables.table(of: projection, state.otherVersion),
                    &state.otherDigest, transaction)
            }
            // One that missed a record stays where it is, and is found by a check.
            if state.position == record.gseq { state.position += 1 }
            try write(state, of: projection, transaction)
        }
    }
}

extension EventLog {
    /// How far a projection is; nil where there are none, in a store of an earlier schema.
    package func state(of projection: Projection) throws(StoreError) -> ProjectionState? {
        try environment.read { (transaction) throws(StoreError) in
            try tables.readState(of: projection, transaction)
        }
    }

    /// A row in use, or nil.
    package func row(_ key: [UInt8], of projection: Projection) throws(StoreError) -> [UInt8]? {
        try environment.read { (transaction) throws(StoreError) in
            guard let table = try tables.tableInUse(of: projection, transaction) else { return nil }
            return try transaction.get(key, in: table)
        }
    }

    /// All rows in use whose keys begin with `prefix`, a page at a time.
    package func allRows(
        beginning prefix: [UInt8], of projection: Projection,
        _ take: (_ key: [UInt8], _ value: [UInt8]) -> Void
    ) throws(StoreError) {
        var last: [UInt8]?
        repeat {
            let page = try environment.read { (transaction) throws(StoreError) in
                guard let table = try tables.tableInUse(of: projection, transaction) else {
                    return [RowChange]()
                }
                return try tables.page(of: table, beginning: prefix, after: last, transaction)
            }
            for row in page { take(row.key, row.value ?? []) }
            last = page.last?.key
        } while last != nil
    }
}

extension LogTables {
    fileprivate func tableInUse(
        of projection: Projection, _ transaction: borrowing ReadTransaction
    ) throws(StoreError) -> Table? {
        guard let state = try readState(of: projection, transaction) else { return nil }
        return projections?.table(of: projection, state.version)
    }

    /// Rows whose keys begin with `prefix`, from behind the key `last` on, as many as fit a page.
    func page(
        of table: Table, beginning prefix: [UInt8], after last: [UInt8]? = nil,
        rows: Int = PageLimit.rows, _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> [RowChange] {
        var page: [RowChange] = []
        var limit = PageLimit(rows: rows)
        try transaction.scan(table, from: last ?? prefix) { (key, value) throws(StoreError) in
            let key = key.withUnsafeBytes { Array($0) }
            guard key.starts(with: prefix) else { return false }
            if key == last { return true }
            page.append(RowChange(key: key, value: value.withUnsafeBytes { Array($0) }))
            return limit.take()
        }
        return page
    }
}
