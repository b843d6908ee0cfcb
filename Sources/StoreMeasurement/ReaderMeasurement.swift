import Dispatch
import EventLog
import Glibc
import HubStore
import LMDBStore
import RoomLog
import Scenario
import Synchronization

/// How much a store grows beyond what is in it while a hub is busy and others read slowly.
package struct ReaderMeasurement: Hashable, Sendable, Encodable {
    package let seconds: Double
    /// In the log at the end.
    package let records: UInt64
    /// Those that the subscriber took.
    package let subscribed: Int
    /// Bytes that the exporter took.
    package let exported: Int
    package let fileBytes: UInt64
    /// Of the pages that are in use.
    package let usedBytes: UInt64
    /// What the file may have.
    package let boundBytes: UInt64

    package var isWithinBound: Bool { fileBytes <= boundBytes }

    private enum CodingKeys: String, CodingKey {
        case seconds, records, subscribed, exported
        case fileBytes = "file_bytes"
        case usedBytes = "used_bytes"
        case boundBytes = "bound_bytes"
    }

    /// A fifth more than what is in use, and what is freed while the longest read transaction lasts and
    /// the group commits of that time.
    package static func bound(used: UInt64) -> UInt64 {
        used + used / 5 + 64 << 20
    }

    /// Lets a hub on a new store be busy. A subscriber of its records takes a hundred a second, and an
    /// exporter half a megabyte.
    package static func run(
        at path: String, seconds: Double, rooms: Int, seed: UInt64
    ) async throws -> ReaderMeasurement {
        let generator = StoreGenerator(records: .max, rooms: rooms, seed: seed)
        let hub = try generator.open(at: path)
        let load = Task { try await generator.fill(hub) }
        let subscriber = Task { try await subscribe(to: hub) }
        let exporter = SlowExporter(hub.log.log)
        try await Task.sleep(for: .seconds(seconds))
        load.cancel()
        subscriber.cancel()
        let exported = await exporter.stop()
        // What the hub refused ends the measurement, too.
        let filled = await load.result
        let subscribed = await subscriber.result
        await hub.close()
        _ = try filled.get()
        return try ReaderMeasurement(
            at: path, seconds: seconds, subscribed: subscribed.get(), exported: exported)
    }

    private init(
        at path: String, seconds: Double, subscribed: Int, exported: Int
    ) throws(StoreError) {
        let pages = try PageCheck(at: path).statistics
        self.seconds = seconds
        self.subscribed = subscribed
        self.exported = exported
        records = pages.trees.first { $0.tree == .table("log") }?.entries ?? 0
        let size = UInt64(pages.pageSize)
        fileBytes = pages.pagesInFile * size
        // And the two meta pages.
        usedBytes = (pages.used + 2) * size
        boundBytes = Self.bound(used: usedBytes)
    }

    private static func subscribe(to hub: Hub) async throws -> Int {
        var count = 0
        for try await _ in hub.records() {
            count += 1
            guard (try? await Task.sleep(for: .milliseconds(10))) != nil else { break }
        }
        return count
    }
}

/// Exports a log again and again to a sink that is slow.
private final class SlowExporter: Sendable {
    private struct State {
        var isStopped = false
        var byteCount = 0
        var waiting: CheckedContinuation<Int, Never>?
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let log: EventLog

    /// Begins, on a thread of its own: an export blocks.
    init(_ log: EventLog) {
        self.log = log
        DispatchQueue.global().async { self.export() }
    }

    private func export() {
        while !state.withLock({ $0.isStopped }) {
            _ = try? log.export(withRows: false) { (bytes) throws(StoreError) in
                try self.take(bytes.count)
            }
        }
        let waiting = state.withLock { state in
            state.hasEnded = true
            return state.waiting
        }
        waiting?.resume(returning: state.withLock { $0.byteCount })
    }

    private func take(_ count: Int) throws(StoreError) {
        var left = count
        repeat {
            if state.withLock({ $0.isStopped }) { throw StoreError(.closed) }
            let part = min(left, 1 << 15)
            usleep(UInt32(2 * part))
            state.withLock { $0.byteCount += part }
            left -= part
        } while left > 0
    }

    /// Ends it; returns how many bytes it took.
    func stop() async -> Int {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                state.isStopped = true
                if !state.hasEnded { state.waiting = continuation }
                return state.hasEnded
            }
            if hasEnded {
                continuation.resume(returning: state.withLock { $0.byteCount })
            }
        }
    }
}
