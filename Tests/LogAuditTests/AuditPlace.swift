import EventLog
import Foundation
import LMDBStore
import LogAudit
import MLSPublicGroup
import RoomLog
import Scenario
import TestSupport
import TransparencyLog

/// A directory with the store that a scenario left, removed with its last reference.
final class AuditPlace: Sendable {
    let root: String
    /// The head of the whole log, as somebody outside keeps it.
    let known: KnownTree

    /// The store of a scenario; `record` is the place of one of the first room's that is redacted.
    convenience init(_ scenario: String, redacting record: UInt64? = nil) async throws {
        let file = projectRoot.appending(path: "Tests/ScenarioTests/Scenarios/\(scenario).json")
        let parsed = try ScenarioFile(json: Data(contentsOf: file))
        try await self.init(redacting: record) { path in
            try await ScenarioRunner.run(parsed, storeAt: path) { _ in }
        }
    }

    /// A store of some size.
    convenience init(records: Int) async throws {
        try await self.init(redacting: 1) { path in
            _ = try await StoreGenerator(records: records, rooms: 4, seed: 1).run(at: path)
        }
    }

    private init(
        redacting record: UInt64?, _ make: (_ path: String) async throws -> Void
    ) async throws {
        let root = NSTemporaryDirectory() + "logaudit-" + UUID().uuidString
        self.root = root
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        try await make(root + "/store")
        let log = try EventLog.open(at: root + "/store", access: .readWrite)
        if let record, let room = try log.room(1) {
            _ = try await RoomLog(log, profile: .plain).redact(
                record...record, of: room, because: "a test", time: room.row.timeMs)
        }
        let head = try log.head().frontier.head
        known = KnownTree(source: "a test", head)
        try await log.keep(StoredCheckpoint(size: head.size, root: head.root, note: [1, 2, 3]))
        await log.close()
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    var store: String { path("store") }

    func path(_ name: String) -> String { root + "/" + name }

    /// What an audit of a store finds: pages first, then the cheap half, and only then the evidence. A
    /// store that does not open is one finding.
    func findings(
        in store: String? = nil, known: [KnownTree]? = nil
    ) async throws -> [AuditFinding] {
        let store = store ?? self.store
        let pages: PageCheck
        do throws(StoreError) {
            pages = try PageCheck(at: store)
        } catch {
            return [AuditFinding(.unreadable, expected: "a data file", actual: "\(error)")]
        }
        guard pages.findingCount == 0 else {
            return pages.findings.map {
                AuditFinding(.page, expected: "pages that fit", actual: "\($0)")
            }
        }
        let log: EventLog
        do throws(StoreError) {
            log = try EventLog.open(at: store, access: .readOnly)
        } catch {
            return [AuditFinding(.meta, expected: "a store that opens", actual: "\(error)")]
        }
        var found: [AuditFinding] = []
        for depth in [AuditOptions.Depth.quick, .full] where found.isEmpty {
            var options = AuditOptions()
            options.depth = depth
            options.known = known ?? [self.known]
            do {
                _ = try await Audit(log, options).run { found.append($0) }
            } catch {
                found.append(AuditFinding(.unreadable, expected: "a log", actual: "\(error)"))
            }
        }
        await log.close()
        return found
    }
}
