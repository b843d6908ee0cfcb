/// An LMDB environment in a directory: `data.mdb` and `lock.mdb`.
///
/// Reads run at once on the calling thread, each on its own snapshot. Writes run on the one
/// writer thread, in the order of their calls.
package final class Environment: Sendable {
    let core: EnvironmentCore
    /// Nil of an environment opened for reading only.
    private let queue: WriteQueue?

    init(_ core: EnvironmentCore, access: Access) throws(StoreError) {
        self.core = core
        queue = access == .readWrite ? WriteQueue() : nil
        if let queue { try WriterThread.start(core, queue) }
    }

    deinit {
        queue?.close()
    }

    /// Finishes the waiting writes, waits for the running reads, and closes the files. Whatever
    /// is called later throws `.closed`. The store can be opened again when this returned.
    package func close() async {
        queue?.close()
        await queue?.waitForEnd()
        core.close()
    }

    /// Closes the files at once, for who found that the store is of no use. Writes that wait fail.
    package func abandon() {
        core.close()
        queue?.close()
    }

    /// The table of this name. Throws `.missingTable`.
    package func table(_ name: String) throws(StoreError) -> Table {
        try core.openTable(name)
    }

    /// Calls `body` with a snapshot, which ends when `body` returns. Keep it short (see
    /// ``PageLimit``) and copy out what is needed; do not begin another transaction inside.
    package func read<T>(
        _ body: (borrowing ReadTransaction) throws(StoreError) -> T
    ) throws(StoreError) -> T {
        try core.read(body)
    }

    /// Calls `body` with a write transaction on this thread, and returns when its writes are on the disk:
    /// for what must be done before anyone else uses the environment.
    package func prepare(
        _ body: (borrowing WriteTransaction) throws(StoreError) -> Void
    ) throws(StoreError) {
        guard queue != nil else { throw StoreError(.readOnly) }
        try core.write(body)
    }

    /// Calls `body` on the writer thread and returns its value when its writes are on the disk.
    ///
    /// Writes of several callers share one commit. `body` is called again, in a new transaction,
    /// if another of them fails, so it must do nothing but read and write through its transaction.
    /// If it throws, none of its writes are kept.
    package func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing WriteTransaction) throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        guard let queue else { throw StoreError(.readOnly) }
        // The writer thread does not survive a fork: the job would wait for good.
        try core.checkOwner()
        let result: Result<T, StoreError> = await withCheckedContinuation { caller in
            queue.add(PendingWrite(body, caller: caller))
        }
        return try result.get()
    }
}
