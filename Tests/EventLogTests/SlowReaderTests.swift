import EventLog
import Foundation
import LMDBStore
import Synchronization
import Testing

/// A log that grows while others read it slowly has next to nothing in its file but what is in it.
@Suite struct SlowReaderTests {
    private let place = LogPlace()
    private static let appends = 1500

    /// Appends one after another, each with rows that it frees again.
    private func append(to log: EventLog, _ between: () throws -> Void = {}) async throws {
        var last = try await log.add(.new("mimi://a/busy", payload: evidence(3000)))
        for number in 1...Self.appends {
            var item = Append.after(last, payload: evidence(number * 37 % 3000))
            item.sideRows.put(
                [UInt8](repeating: 7, count: 1500), for: [UInt8(number % 50)], on: .consent)
            last = try await log.add(item)
            try between()
        }
    }

    /// A fifth more than what is in use, and a hundred commits of some twenty pages.
    private func expectNoGrowth(_ log: EventLog) async throws {
        await log.close()
        let pages = try PageCheck(at: place.store).statistics
        #expect(pages.pagesInFile <= pages.used + pages.used / 5 + 2000)
    }

    /// The sink of a stream waits until all was appended.
    @Test func anExporterWhoseSinkWaits() async throws {
        let log = try place.create()
        try await StreamTests.fill(log, 2000)
        let started = AsyncStream<Void>.makeStream()
        let done = AsyncStream<Void>.makeStream()
        let release = DispatchSemaphore(value: 0)
        let frames = Mutex(0)
        Thread.detachNewThread {
            _ = try? log.export(withRows: false) { (_) throws(StoreError) in
                started.continuation.finish()
                if frames.withLock({
                    $0 += 1
                    return $0 == 1
                }) {
                    release.wait()
                }
            }
            done.continuation.finish()
        }
        for await _ in started.stream {}
        try await append(to: log)
        release.signal()
        for await _ in done.stream {}
        #expect(frames.withLock { $0 } > 1)
        try await expectNoGrowth(log)
    }

    /// Somebody reads the log a page at a time, from one append to the next.
    @Test func oneWhoGoesThroughTheLog() async throws {
        let log = try place.create()
        try await StreamTests.fill(log, 500)
        var position: UInt64 = 0
        try await append(to: log) {
            let page = try log.records(from: position, limit: 1)
            position += UInt64(page.elements.count)
        }
        #expect(position == UInt64(Self.appends))
        try await expectNoGrowth(log)
    }
}
