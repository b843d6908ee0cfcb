import Glibc

/// The open environment, shared by readers and the writer thread. Closed with its last reference
/// if not before.
final class EnvironmentCore: Sendable {
    private let environment: LMDBEnvironment
    private let file: FileSystem.Identity
    private let gate = TransactionGate()
    /// The process that opened the environment; a fork must not use it.
    private let owner = getpid()

    init(_ environment: LMDBEnvironment, file: FileSystem.Identity) {
        self.environment = environment
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
            environment.close()
            EnvironmentRegistry.remove(file)
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
        try transaction.commit()
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
