import LMDBStore
import Synchronization

/// A record as it is read: every field checked against its neighbours and its hashes.
package struct Record: Hashable, Sendable {
    package let envelope: Envelope
    package let content: Content

    package enum Content: Hashable, Sendable {
        case whole(Payload)
        /// The payload was taken away, which the record of this sequence says.
        case redacted(by: UInt64)
    }

    package init(envelope: Envelope, content: Content) {
        self.envelope = envelope
        self.content = content
    }

    /// Nil of a redacted record.
    package var payload: Payload? {
        if case .whole(let payload) = content { payload } else { nil }
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
    let quota: Quota?
    let fault: (@Sendable () -> AppendFault?)?
    /// Held by who compares the log with its anchor and moves that on.
    let anchoring = Mutex(())

    private init(
        _ environment: Environment, _ configuration: Configuration
    ) throws(StoreError) {
        self.environment = environment
        random = configuration.random
        quota = configuration.quota
        fault = configuration.fault
        let metaTable = try environment.table("meta")
        meta = try environment.read { (transaction) throws(StoreError) in
            try Meta(from: metaTable, in: transaction)
        }
        tables = try LogTables(schema: meta.schema) { (name) throws(StoreError) in
            try environment.table(name)
        }
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
            let tables = try LogTables(schema: meta.schema) { (name) throws(StoreError) in
                try transaction.createTable(name)
            }
            try meta.write(to: tables.meta, in: transaction)
            try transaction.insert(Head().encoded, for: LogTables.headKey, in: tables.head)
            try tables.startProjections(transaction)
        }
        return try EventLog(environment, configuration)
    }

    /// Opens a log. Refuses one of a schema this version does not know, and one whose head is not
    /// the end of its log. One of an earlier schema is brought to this one, unless it is opened for
    /// reading only.
    package static func open(
        at path: String, access: Access, configuration: Configuration = Configuration()
    ) throws(StoreError) -> EventLog {
        let environment = try Environment.open(at: path, options: configuration.options(access))
        do {
            if access == .readWrite { try upgrade(environment) }
            let log = try EventLog(environment, configuration)
            try environment.read { (transaction) throws(StoreError) in
                _ = try log.tables.readCheckedHead(transaction)
            }
            return log
        } catch {
            environment.abandon()
            throw error
        }
    }

    /// Writes a compacting copy into a directory which exists and has no store, while writers go on;
    /// see ``Environment/copy(to:compacting:)`` for what it costs them.
    package func copy(into directory: String) throws(StoreError) {
        try environment.copy(into: directory, compacting: true)
    }

    /// Closes the files at once, for who found that the log is of no use to them.
    package func abandon() {
        environment.abandon()
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
