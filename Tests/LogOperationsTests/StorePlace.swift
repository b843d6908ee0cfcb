import EventLog
import Foundation
import LMDBStore
import LogOperations
import PresentationLanguage
import RoomLog
import Scenario
import TestSupport

/// A directory for stores and backups, removed with its last reference.
final class StorePlace: Sendable {
    let root: String

    init() throws {
        root = NSTemporaryDirectory() + "logoperations-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    func path(_ name: String) -> String { root + "/" + name }

    var names: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: root).sorted()) ?? []
    }

    /// The store that a scenario of the library leaves.
    func play(_ scenario: String, to name: String = "store") async throws -> EventLog {
        let file = projectRoot.appending(path: "Tests/ScenarioTests/Scenarios/\(scenario).json")
        let parsed = try ScenarioFile(json: Data(contentsOf: file))
        try await ScenarioRunner.run(parsed, storeAt: path(name)) { _ in }
        return try EventLog.open(at: path(name), access: .readWrite)
    }

    /// The store as it was after its first records, with the same identity.
    func prefix(of log: EventLog, _ count: UInt64, to name: String) async throws {
        var bytes: [UInt8] = []
        try log.export(withRows: true) { bytes += $0 }
        let (all, place) = (bytes, Counter())
        let stream = try StreamReader.open { count in place.take(count, of: all) }
        let builder = try LogBuilder.begin(
            at: path(name), log.meta, cut: .sequence(count - 1), Configuration())
        try await builder.add(stream, rows: true)
        for room in try RoomLog(builder.log, profile: .plain).all() {
            let folded = try RoomLog(builder.log, profile: .plain).fold(room)
            try await builder.setStatus(
                folded?.state.status.rawValue ?? 0, ofRoom: room.number)
        }
        try await builder.finish()
    }

    func restore(
        _ sources: [String], to name: String = "restored",
        _ change: (inout Restore) -> Void = { _ in }
    ) async throws -> Restore.Report {
        var restore = Restore(
            from: sources.map(path), to: path(name), now: 5_000_000_000_000)
        change(&restore)
        return try await restore.run()
    }
}

/// Takes bytes one after another.
final class Counter {
    private var place = 0

    func take(_ count: Int, of bytes: [UInt8]) -> [UInt8] {
        let part = bytes[place..<min(bytes.count, place + min(count, bytes.count))]
        place += part.count
        return Array(part)
    }
}

extension EventLog {
    /// All of the log and of the rows beside it: equal logs are equal streams.
    func everything() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try export(withRows: true) { bytes += $0 }
        return bytes
    }

    /// The state hash of each room.
    func stateHashes(through end: UInt64? = nil) throws -> [String: String] {
        let rooms = RoomLog(self, profile: .plain)
        var hashes: [String: String] = [:]
        for room in try rooms.all() {
            guard let folded = try rooms.fold(room, through: end) else { continue }
            if end == nil { try rooms.checkIndexes(of: room, folded) }
            hashes[String(decoding: folded.uri, as: UTF8.self)] =
                folded.state.stateHash.description
        }
        return hashes
    }

    func rows(_ shelf: Shelf) throws -> [[UInt8]: [UInt8]] {
        var rows: [[UInt8]: [UInt8]] = [:]
        try allRows(beginning: [], on: shelf) { rows[$0] = $1 }
        return rows
    }
}
