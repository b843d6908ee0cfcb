import LMDBStore
import Testing

@Suite struct GroupCommitTests {
    private let place = TemporaryPlace()

    /// Holds the writer thread back, so that later writes are in the queue together.
    private func hold(_ environment: Environment) async -> (Signal, Task<Void, any Error>) {
        let started = AsyncStream<Void>.makeStream()
        let release = Signal()
        let task = Task {
            try await environment.write { (_) throws(StoreError) in
                started.continuation.finish()
                release.wait()
            }
        }
        for await _ in started.stream {}
        return (release, task)
    }

    @Test func aFailingWriteSpoilsNoNeighbour() async throws {
        let environment = try place.create()
        let table = try environment.table("rows")
        let (release, holder) = await hold(environment)
        let results = await withTaskGroup(of: (UInt8, StoreError.Reason?).self) { group in
            for number in UInt8(1)...100 {
                group.addTask {
                    let found = await reason {
                        try await environment.write { (transaction) throws(StoreError) in
                            try transaction.insert([number], for: [number], in: table)
                            if number % 10 == 0 { throw StoreError(.mapFull) }
                        }
                    }
                    return (number, found)
                }
            }
            // All hundred calls are made while the writer thread is held.
            try? await Task.sleep(for: .milliseconds(100))
            release.send()
            return await group.reduce(into: [UInt8: StoreError.Reason?]()) { $0[$1.0] = $1.1 }
        }
        try await holder.value
        for number in UInt8(1)...100 {
            let fails = number % 10 == 0
            #expect(results[number] == .some(fails ? .mapFull : nil))
            #expect(try environment.get([number]) == (fails ? nil : [number]))
        }
    }

    @Test func writesOfOneCallerKeepTheirOrderAndAreSeenWhenDone() async throws {
        let environment = try place.create()
        let table = try environment.table("rows")
        await withThrowingTaskGroup(of: Void.self) { group in
            for caller in UInt8(1)...20 {
                group.addTask {
                    for value in UInt8(1)...50 {
                        try await environment.write { (transaction) throws(StoreError) in
                            let last = try transaction.get([caller], in: table)?[0] ?? 0
                            guard last == value - 1 else { throw StoreError(.corrupted) }
                            try transaction.put([value], for: [caller], in: table)
                        }
                        #expect(try environment.get([caller]) == [value])
                    }
                }
            }
        }
        for caller in UInt8(1)...20 { #expect(try environment.get([caller]) == [50]) }
    }

    @Test func closeFinishesWaitingWritesAndRefusesLaterOnes() async throws {
        let environment = try place.create()
        let (release, holder) = await hold(environment)
        let waiting = Task { try await environment.put([5], for: [5]) }
        try await Task.sleep(for: .milliseconds(50))
        let closing = Task { await environment.close() }
        try await Task.sleep(for: .milliseconds(50))
        release.send()
        await closing.value
        try await holder.value
        try await waiting.value
        #expect(await reason { try await environment.put([6], for: [6]) } == .closed)
        #expect(await reason { _ = try environment.get([5]) } == .closed)
        await environment.close()
        let again = try place.open()
        #expect(try again.get([5]) == [5])
        await again.close()
    }

    @Test func aFullMapIsATypedErrorAndLaterWritesWork() async throws {
        var options = EnvironmentOptions.readWrite
        options.mapSize = 1 << 20
        let environment = try place.create(options)
        let big = [UInt8](repeating: 7, count: 2 << 20)
        #expect(await reason { try await environment.put(big, for: [1]) } == .mapFull)
        #expect(try environment.get([1]) == nil)
        try await environment.put([2], for: [2])
        #expect(try environment.get([2]) == [2])
    }
}
