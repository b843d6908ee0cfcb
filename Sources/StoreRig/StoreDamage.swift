import LMDBStore

/// What a bug would leave in a store, and no crash does: the judgement must refuse each.
package enum StoreDamage: String, CaseIterable, Sendable {
    /// None: nothing may be found.
    case nothing
    /// A row of a projection was to come with another transaction than its record.
    case projectionRow = "projection-row-missing"
    /// The same of the row by which a repeated request finds its answer.
    case answer = "answer-missing"
    /// A room's row is not that of its last record.
    case room = "room-row-of-another-state"
    /// A row of a room's state is not what the records lead to.
    case stateRow = "state-row-changed"
    /// The bytes of a record are others; only hashes tell.
    case payload = "payload-changed"
    case envelope = "envelope-changed"
    case order = "payloads-exchanged"
    /// The last record is gone.
    case tail = "last-record-missing"
    case head = "head-of-another-tree"
    /// A checkpoint that was given out is gone.
    case checkpoint = "checkpoint-missing"

    /// Puts a copy of a store that nobody uses into a directory, and damages it.
    package func apply(toCopyOf store: String, at path: String) async throws {
        try FileSystem.makeDirectories(path)
        let file = "/" + Environment.dataFile
        let bytes = try InputFile(store + file).read(1 << 30)
        try OutputFile(creating: path + file).write(bytes)
        guard self != .nothing else { return }
        let environment = try Environment.open(
            at: path, options: EnvironmentOptions(access: .readWrite))
        do {
            try await damage(environment)
        } catch {
            await environment.close()
            throw error
        }
        await environment.close()
    }

    private func damage(_ environment: Environment) async throws(StoreError) {
        let table = try environment.table(tableName)
        let damage = self
        try await environment.write { (transaction) throws(StoreError) in
            guard let key = try transaction.lastKey(in: table),
                var value = try transaction.get(key, in: table)
            else { throw StoreError(.missingTable(table.name)) }
            switch damage {
            case .projectionRow, .answer, .tail, .checkpoint:
                try transaction.delete(key, in: table)
            case .order:
                var first: (key: [UInt8], value: [UInt8])?
                try transaction.scan(table) { (key, value) throws(StoreError) in
                    first = (key.withUnsafeBytes { Array($0) }, value.withUnsafeBytes { Array($0) })
                    return false
                }
                guard let first else { return }
                try transaction.put(value, for: first.key, in: table)
                try transaction.put(first.value, for: key, in: table)
            case .nothing: break
            case .room, .stateRow, .payload, .envelope, .head:
                // Somewhere in the middle: of a room's row and a head, in a hash.
                value[value.count / 2] ^= 1
                try transaction.put(value, for: key, in: table)
            }
        }
    }

    private var tableName: String {
        switch self {
        case .nothing, .head: "head"
        case .projectionRow: "p.participation.odd"
        case .answer: "idem"
        case .room: "room"
        case .stateRow: "p.room_state.odd"
        case .payload, .order: "payload"
        case .envelope, .tail: "log"
        case .checkpoint: "cp"
        }
    }
}
