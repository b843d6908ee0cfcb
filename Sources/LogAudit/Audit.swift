import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage
import RoomLog
import RoomState

/// An audit of a log: whether the store is as it was written, whether the records lead to the states that
/// they name, and whether their evidence leads to them.
///
/// It only reads, in short transactions, and may run beside a hub.
package struct Audit: Sendable {
    private let log: EventLog
    private let options: AuditOptions
    private let journal: AuditJournal?

    /// How far an audit is.
    package enum Progress: Hashable, Sendable {
        /// Records of the log whose hashes were looked at.
        case structure(done: UInt64, of: UInt64)
        /// A room was gone through, with what was found.
        case room(URI: [UInt8], done: UInt64, of: UInt64)
    }

    /// With a journal, the audit goes on where an earlier one was interrupted.
    package init(
        _ log: EventLog, _ options: AuditOptions = AuditOptions(), journal: AuditJournal? = nil
    ) {
        self.log = log
        self.options = options
        self.journal = journal
    }

    /// Looks at everything; `report` gets each finding, `progress` is called now and then, both one call
    /// after another. Throws where the log can't be read at all.
    package func run(
        report: @escaping (AuditFinding) -> Void, progress: @escaping (Progress) -> Void = { _ in }
    ) async throws -> AuditSummary {
        let names = RoomNames(log)
        var summary = AuditSummary(log, options)
        var check = try LogCheck(log, roots: options.known.map(\.head.size)) { flaw in
            report(
                AuditFinding(
                    .init(flaw.code), seq: flaw.gseq, room: flaw.room.map(names.name),
                    expected: flaw.expected, actual: flaw.actual))
        }
        let size = check.size
        check.run { record in
            let done = record.envelope.gseq + 1
            if done.isMultiple(of: 1000) { progress(.structure(done: done, of: size)) }
        }
        for finding in findings(on: check) { report(finding) }
        summary.size = size
        summary.root = check.head.frontier.root
        if options.depth != .quick {
            for finding in journal?.findings ?? [] { report(finding) }
            summary.counts = try await auditRooms(until: size, report, progress)
            for finding in try projectionFindings(size, names) { report(finding) }
            journal?.finish()
        }
        return summary
    }

    /// What is known from outside against what the log is.
    private func findings(on check: LogCheck) -> [AuditFinding] {
        options.known.compactMap { tree in
            let known = tree.head
            guard known.size <= check.size else {
                return AuditFinding(
                    .rollback, seq: check.size, expected: "\(known.size) records (\(tree.source))",
                    actual: "\(check.size)")
            }
            let root = check.root(ofSize: known.size)
            if root == known.root { return nil }
            return AuditFinding(
                .fork, expected: "root \(known.root) of \(known.size) records (\(tree.source))",
                actual: root.map { "root \($0)" } ?? "records that can't be read")
        }
    }

    private func auditRooms(
        until size: UInt64, _ report: (AuditFinding) -> Void, _ progress: (Progress) -> Void
    ) async throws -> AuditCounts {
        let rooms = try rooms()
        var counts = AuditCounts()
        var waiting = rooms[...]
        await withTaskGroup(of: (RoomAudit).self) { group in
            func start() {
                guard let room = waiting.popFirst() else { return }
                group.addTask { [log, options, journal] in
                    var audit = RoomAudit(log, room, options, journal)
                    audit.run(until: size)
                    return audit
                }
            }
            for _ in 0..<max(options.width, 1) { start() }
            for await audit in group {
                counts += audit.counts
                counts.rooms += 1
                for finding in audit.findings { report(finding) }
                progress(
                    .room(
                        URI: audit.room.row.uri, done: counts.rooms, of: UInt64(rooms.count)))
                start()
            }
        }
        return counts
    }

    /// What is kept of rooms against what their records lead to; nothing where a hub went on meanwhile.
    private func projectionFindings(
        _ size: UInt64, _ names: RoomNames
    ) throws -> [AuditFinding] {
        let rooms = RoomLog(log, profile: .plain, services: options.services)
        var found: [(ProjectionFinding, room: String?)] = []
        if options.room == nil {
            found += try rooms.checkProjections().map { ($0, nil) }
        }
        if options.checksEveryRow {
            for room in try self.rooms() {
                let name = names.name(room.number)
                found += try rooms.checkStateRows(of: room).map { ($0, name) }
            }
        }
        guard try log.head().nextSequence == size else { return [] }
        return found.map { finding, room in
            AuditFinding(
                .projection, room: room, expected: finding.expected,
                actual: "\(finding.projection) \(hex(finding.key)): \(finding.actual)")
        }
    }

    private func rooms() throws -> [Room] {
        let rooms = try RoomLog(log, profile: .plain).all()
        guard let name = options.room else { return rooms }
        return rooms.filter { $0.row.uri == name }
    }
}

/// The URIs of rooms, for findings.
private struct RoomNames {
    private let log: EventLog

    init(_ log: EventLog) {
        self.log = log
    }

    func name(_ number: UInt64) -> String {
        guard let room = try? log.room(number) else { return "#\(number)" }
        return String(decoding: room.row.uri, as: UTF8.self)
    }
}

/// What an audit came to.
package struct AuditSummary: Sendable {
    package let origin: String
    package let schema: UInt32
    package let depth: AuditOptions.Depth
    /// Records of the log.
    package fileprivate(set) var size: UInt64 = 0
    package fileprivate(set) var root = Digest32.zero
    package fileprivate(set) var counts = AuditCounts()
    /// Whether there was a tree from outside to compare with. Without one, a log that was rolled back or
    /// written anew as a whole is not told from the right one.
    package let isAnchored: Bool

    fileprivate init(_ log: EventLog, _ options: AuditOptions) {
        origin = log.meta.origin
        schema = log.meta.schema
        depth = options.depth
        isAnchored = !options.known.isEmpty
    }
}
