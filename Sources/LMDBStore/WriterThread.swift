import Glibc

/// The one thread that writes.
///
/// LMDB ties a write transaction to the thread that began it, and one sync can make many writes
/// durable: the thread takes all that wait, commits them as one transaction and delivers their
/// results after the commit.
struct WriterThread {
    /// Bounds the dirty pages of one transaction and the wait of the first job in it.
    static let jobsPerTransaction = 256

    private let core: EnvironmentCore
    private let queue: WriteQueue

    /// Starts a thread that ends when the queue is closed and empty.
    static func start(_ core: EnvironmentCore, _ queue: WriteQueue) throws(StoreError) {
        let thread = Start(WriterThread(core: core, queue: queue))
        var id = pthread_t()
        let argument = Unmanaged.passRetained(thread)
        let code = pthread_create(
            &id, nil,
            { argument in
                let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
                start.thread.run()
                return nil
            }, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            let text = String(cString: strerror(code))
            throw StoreError(.system(code), call: "pthread_create", code: code, text: text)
        }
        pthread_detach(id)
    }

    /// Carries the value through the C call.
    private final class Start {
        let thread: WriterThread

        init(_ thread: WriterThread) {
            self.thread = thread
        }
    }

    private func run() {
        while true {
            let jobs = queue.take(atMost: Self.jobsPerTransaction)
            if jobs.isEmpty { break }
            perform(jobs)
        }
        queue.end()
    }

    /// Together if possible. If any job throws, or the commit fails, nothing was changed, and each
    /// job gets a transaction of its own, in the same order: a failing job spoils no other.
    private func perform(_ jobs: [any WriteJob]) {
        let error = commit(jobs)
        if error != nil && jobs.count > 1 {
            for job in jobs { job.finish(commit([job])) }
        } else {
            for job in jobs { job.finish(error) }
        }
    }

    private func commit(_ jobs: [any WriteJob]) -> StoreError? {
        do throws(StoreError) {
            try core.write { (transaction) throws(StoreError) in
                for job in jobs { try job.run(in: transaction) }
            }
            return nil
        } catch {
            return error
        }
    }
}
