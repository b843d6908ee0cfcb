import Glibc
import Synchronization

/// The open environment, shared by readers and the writer thread. Closed with its last reference
/// if not before.
final class EnvironmentCore: Sendable {
    private let environment: LMDBEnvironment
    private let path: String
    private let file: FileSystem.Identity
    private let gate = TransactionGate()
    private let commits = Atomic(0)
    /// After so many commits the slots of readers that died are freed.
    private static let commitsBetweenReaderChecks = 64
    /// The process that opened the environment; a fork must not use it.
    private let owner = getpid()

    init(_ environment: LMDBEnvironment, path: String, file: FileSystem.Identity) {
        self.environment = environment
        self.path = path
        self.file = file
    }

    deinit {
        close()
    }

    /// Waits for the transactions in flight. In a forked child the environment is left alone: its
    /// locks are the parent's.
    func close() {
        guard owner == getpid() else { return }
        gate.close {
            EnvironmentRegistry.remove(file) { environment.close() }
        }
    }

    func checkOwner() throws(StoreError) {
        guard owner == getpid() else { throw StoreError(.forked) }
    }

    func read<T>(
        _ body: (borrowing ReadTransaction) throws(StoreError) -> T
    ) throws(StoreError) -> T {
        let begun = try begin(.readOnly)
        defer { gate.leave() }
        let transaction = ReadTransaction(begun)
        return try body(transaction)
    }

    func write(
        _ body: (borrowing WriteTransaction) throws(StoreError) -> Void
    ) throws(StoreError) {
        let begun = try begin(.readWrite)
        defer { gate.leave() }
        let transaction = WriteTransaction(begun)
        try body(transaction)
        do {
            try transaction.commit()
        } catch {
            throw explain(error, FileSystem.isFull(path))
        }
        clearDeadReadersNowAndThen()
    }

    /// No page is used again that a dead reader of another process seems to read.
    private func clearDeadReadersNowAndThen() {
        let (_, count) = commits.add(1, ordering: .relaxed)
        guard count % Self.commitsBetweenReaderChecks == 0 else { return }
        // What fails is tried again.
        _ = try? environment.clearDeadReaders()
    }

    /// liblmdb says EIO where the system wrote less than it was told to, as a full disk does.
    private func explain(_ error: StoreError, _ isFull: Bool) -> StoreError {
        guard error.code == EIO, isFull else { return error }
        return StoreError(.diskFull, call: error.call, code: error.code, text: error.text)
    }

    /// Opens a table in a transaction of its own: its number is known to others only after the
    /// transaction that opened it was committed.
    func openTable(_ name: String) throws(StoreError) -> Table {
        let begun = try begin(.readOnly)
        defer { gate.leave() }
        let transaction = ReadTransaction(begun)
        let handle = try transaction.access.transaction.openTable(name, create: false)
        try transaction.commit()
        return Table(name: name, handle: handle)
    }

    /// Copies the last commit into a directory which exists. liblmdb reads it in a transaction of
    /// its own.
    func copy(to directory: String, compacting: Bool) throws(StoreError) {
        try checkOwner()
        try gate.enter()
        defer { gate.leave() }
        do {
            try environment.copy(to: directory, compacting: compacting)
        } catch {
            throw explain(error, FileSystem.isFull(directory))
        }
    }

    /// Begins a transaction inside the gate, with one retry where the cause can be removed.
    private func begin(_ access: Access) throws(StoreError) -> LMDBTransaction {
        try checkOwner()
        do {
            return try beginOnce(access)
        } catch {
            switch error.reason {
            case .readersFull:
                try environment.clearDeadReaders()
            case .mapResized:
                let environment = environment
                try gate.exclusively { () throws(StoreError) in try environment.adoptMapSize() }
            default:
                throw error
            }
        }
        return try beginOnce(access)
    }

    private func beginOnce(_ access: Access) throws(StoreError) -> LMDBTransaction {
        try gate.enter()
        do {
            return try environment.begin(access)
        } catch {
            gate.leave()
            throw error
        }
    }
}
