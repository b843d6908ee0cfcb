import LMDBStore

/// A record as it is read: every field checked against its neighbours and its hashes.
package struct Record: Hashable, Sendable {
    package let envelope: Envelope
    package let payload: Payload

    package init(envelope: Envelope, payload: Payload) {
        self.envelope = envelope
        self.payload = payload
    }
}

/// The append-only log of all rooms of a hub, in one LMDB environment.
///
/// Records have a dense global sequence (gseq, from 0) and a dense sequence in their room
/// (roomSeq, from 0). Each envelope holds the hash of the room's previous one, and all envelopes
/// together are the leaves of one Merkle tree.
package final class EventLog: Sendable {
    package let meta: Meta
    let environment: Environment
    let tables: LogTables
    let random: RandomSource

    private init(
        _ environment: Environment, _ configuration: Configuration
    ) throws(StoreError) {
        self.environment = environment
        random = configuration.random
        let metaTable = try environment.table("meta")
        meta = try environment.read { (transaction) throws(StoreError) in
            try Meta(from: metaTable, in: transaction)
        }
        tables = try LogTables { (name) throws(StoreError) in try environment.table(name) }
    }

    /// Creates an empty log at a path where nothing is, and opens it. `origin` names the log for
    /// good in all its checkpoints.
    package static func create(
        at path: String, origin: String, configuration: Configuration = Configuration()
    ) throws(StoreError) -> EventLog {
        try create(
            at: path, Meta(origin: origin, random: configuration.random), configuration)
    }

    static func create(
        at path: String, _ meta: Meta, _ configuration: Configuration
    ) throws(StoreError) -> EventLog {
        let options = configuration.options(.readWrite)
        let environment = try Environment.create(at: path, options: options) {
            (transaction) throws(StoreError) in
            let tables = try LogTables { (name) throws(StoreError) in
                try transaction.createTable(name)
            }
            try meta.write(to: tables.meta, in: transaction)
            try transaction.insert(Head().encoded, for: LogTables.headKey, in: tables.head)
        }
        return try EventLog(environment, configuration)
    }

    /// Opens a log. Refuses one of a schema this version does not know, and one whose head is not
    /// the end of its log.
    package static func open(
        at path: String, access: Access, configuration: Configuration = Configuration()
    ) throws(StoreError) -> EventLog {
        let environment = try Environment.open(at: path, options: configuration.options(access))
        let log = try EventLog(environment, configuration)
        try log.environment.read { (transaction) throws(StoreError) in
            _ = try log.tables.readCheckedHead(transaction)
        }
        return log
    }

    /// Writes a compacting copy into a directory which exists and has no store, while writers go on;
    /// see ``Environment/copy(to:compacting:)`` for what it costs them.
    package func copy(into directory: String) throws(StoreError) {
        try environment.copy(into: directory, compacting: true)
    }

    /// Finishes the appends that wait and closes the files; see ``Environment/close()``.
    package func close() async {
        await environment.close()
    }
}

extension LogTables {
    /// The head, if it is the end of the log.
    func readCheckedHead(
        _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> Head {
        let value = try readHead(transaction)
        let next = try readNextSequence(transaction)
        guard value.nextSequence == next else {
            throw RowName(table: head, number: value.nextSequence)
                .damaged("the log ends at \(next)")
        }
        return value
    }
}
