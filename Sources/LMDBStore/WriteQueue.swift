import Glibc

/// One write waiting for the writer thread.
protocol WriteJob: AnyObject, Sendable {
    /// Called once for each try, each time in a new transaction; keeps the result.
    func run(in transaction: borrowing WriteTransaction) throws(StoreError)
    /// Called once: after the commit, or with the error.
    func finish(_ error: StoreError?)
}

/// The line in front of the writer thread.
final class WriteQueue: Sendable {
    private let state: State

    /// Touched only between `lock` and `unlock`.
    private final class State: @unchecked Sendable {
        let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        var jobs: [any WriteJob] = []
        var isClosed = false
        var hasEnded = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []

        init() {
            let results = (pthread_mutex_init(mutex, nil), pthread_cond_init(changed, nil))
            precondition(results == (0, 0), "no memory for a lock")
        }

        deinit {
            pthread_mutex_destroy(mutex)
            pthread_cond_destroy(changed)
            mutex.deallocate()
            changed.deallocate()
        }
    }

    init() {
        state = State()
    }

    /// Puts the job last, or finishes it with `.closed`.
    func add(_ job: any WriteJob) {
        let isOpen = locked { state in
            guard !state.isClosed else { return false }
            state.jobs.append(job)
            pthread_cond_signal(state.changed)
            return true
        }
        if !isOpen { job.finish(StoreError(.closed)) }
    }

    /// Waits for jobs and takes them in their order; empty once the queue is closed and done.
    func take(atMost limit: Int) -> [any WriteJob] {
        locked { state in
            while state.jobs.isEmpty && !state.isClosed {
                pthread_cond_wait(state.changed, state.mutex)
            }
            let taken = Array(state.jobs.prefix(limit))
            state.jobs.removeFirst(taken.count)
            return taken
        }
    }

    /// Takes no more jobs; those in the line are still done.
    func close() {
        locked { state in
            state.isClosed = true
            pthread_cond_signal(state.changed)
        }
    }

    /// Called by the writer thread after its last transaction.
    func end() {
        let waiting = locked { state in
            state.hasEnded = true
            return state.waitingForEnd
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns after `end`.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = locked { state in
                if !state.hasEnded { state.waitingForEnd.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func locked<R>(_ body: (State) -> R) -> R {
        pthread_mutex_lock(state.mutex)
        defer { pthread_mutex_unlock(state.mutex) }
        return body(state)
    }
}
