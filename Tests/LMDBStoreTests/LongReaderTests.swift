import Foundation
import LMDBStore
import Testing

/// What a reader keeps from being used again: as long as it is there, all that is freed.
@Suite struct LongReaderTests {
    private let place = TemporaryPlace()
    private static let commits = 600

    /// Writes the same rows again and again, each time in a commit of its own.
    private func rewrite(
        _ environment: Environment, _ between: () throws -> Void = {}
    ) async throws {
        for number in 0..<Self.commits {
            try await environment.put(
                [UInt8](repeating: UInt8(number % 256), count: 1500), for: [UInt8(number % 20)])
            try between()
        }
    }

    private func pages(_ environment: Environment) async throws -> (file: UInt64, used: UInt64) {
        await environment.close()
        let statistics = try PageCheck(at: place.store).statistics
        return (statistics.pagesInFile, statistics.used)
    }

    @Test func oneThatStaysMakesTheFileGrow() async throws {
        let environment = try place.create()
        let started = AsyncStream<Void>.makeStream()
        let release = Signal()
        let done = AsyncStream<Void>.makeStream()
        Thread.detachNewThread {
            try? environment.read { (_) throws(StoreError) in
                started.continuation.finish()
                release.wait()
            }
            done.continuation.finish()
        }
        for await _ in started.stream {}
        try await rewrite(environment)
        release.send()
        for await _ in done.stream {}
        let (file, used) = try await pages(environment)
        // A leaf and the way to it, for each commit.
        #expect(file > used + 2 * UInt64(Self.commits))
    }

    @Test func oneThatComesAgainDoesNot() async throws {
        let environment = try place.create()
        try await rewrite(environment) {
            let keys = try environment.keys()
            #expect(!keys.isEmpty)
        }
        let (file, used) = try await pages(environment)
        #expect(file < used + 100)
    }
}
