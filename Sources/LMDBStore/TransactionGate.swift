import Glibc
import Synchronization

/// Counts the transactions in flight, so that the map is exchanged or closed only between them.
///
/// Shared by the thread of each transaction from its begin to its end; taken exclusively for what
/// no transaction may overlap with.
final class TransactionGate: Sendable {
    private let lock: Lock
    private let isClosed = Atomic(false)

    /// A lock at a fixed address.
    private struct Lock: @unchecked Sendable {
        let pointer: UnsafeMutablePointer<pthread_rwlock_t>
    }

    init() {
        lock = Lock(pointer: .allocate(capacity: 1))
        precondition(pthread_rwlock_init(lock.pointer, nil) == 0, "no memory for a lock")
    }

    deinit {
        pthread_rwlock_destroy(lock.pointer)
        lock.pointer.deallocate()
    }

    func enter() throws(StoreError) {
        // Asked before and after: a stream of readers must not keep `close` waiting.
        guard !isClosed.load(ordering: .acquiring) else { throw StoreError(.closed) }
        precondition(pthread_rwlock_rdlock(lock.pointer) == 0, "too many transactions in flight")
        guard !isClosed.load(ordering: .acquiring) else {
            leave()
            throw StoreError(.closed)
        }
    }

    /// On the thread that entered.
    func leave() {
        pthread_rwlock_unlock(lock.pointer)
    }

    /// Waits until no transaction is in flight and lets none begin before `body` returned.
    /// Deadlocks inside a transaction.
    func exclusively(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        precondition(pthread_rwlock_wrlock(lock.pointer) == 0, "waiting for the own transaction")
        defer { pthread_rwlock_unlock(lock.pointer) }
        try body()
    }

    /// Refuses new transactions, waits for the running ones, then calls `body`: once only, however
    /// often the gate is closed.
    func close(_ body: () -> Void) {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        precondition(pthread_rwlock_wrlock(lock.pointer) == 0, "waiting for the own transaction")
        defer { pthread_rwlock_unlock(lock.pointer) }
        body()
    }
}
