import ArgumentParser
import EventLog
import LMDBStore
import LogOperations
import PresentationLanguage

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Backs a store up while it is in use.",
        discussion: """
            Without --since, a whole store goes into the new directory TO. With it, what came after an \
            earlier backup goes into the new file TO. See docs/operations.md.
            """)

    @Argument(help: "The directory of the store.")
    var directory: String

    @Argument(help: "Where the backup goes; nothing is there yet.")
    var to: String

    @Option(help: "An earlier backup, or how many records are backed up already.")
    var since: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard !directory.isEmpty, !to.isEmpty, since != "" else {
            throw ValidationError("A path is empty.")
        }
    }

    func run() throws {
        let log = try openLog(directory, .readOnly)
        let report: Backup.Report
        if let since {
            let point = try operation(since) { () throws(StoreError) in
                if let size = UInt64(since) { return BackupPoint(size: size) }
                return try BackupPoint(ofBackupAt: since)
            }
            report = try operation(directory) { () throws(StoreError) in
                try Backup.increment(of: log, since: point, to: to)
            }
        } else {
            report = try operation(directory) { () throws(StoreError) in
                try Backup.full(of: log, to: to)
            }
        }
        let summary = LogSummary(
            origin: log.meta.origin, uuid: hex(log.meta.uuid),
            records: report.end.nextSequence - report.first, report.end)
        if json { try emitJSON(summary) } else { try emit(printable(summary.line)) }
    }
}

/// A log, and how many of its records an operation was about.
struct LogSummary: Encodable {
    let origin: String
    let uuid: String
    let records: UInt64
    let size: UInt64
    let root: String
    var rooms: Int?
    var leftOut: UInt64?
    var fork: UInt64?

    private enum CodingKeys: String, CodingKey {
        case origin, uuid, records, size, root, rooms, fork
        case leftOut = "left_out"
    }

    init(origin: String, uuid: String, records: UInt64, _ head: Head) {
        self.origin = origin
        self.uuid = uuid
        self.records = records
        size = head.nextSequence
        root = head.frontier.root.description
    }

    var line: String {
        var line = "\(origin)  \(records) records  size \(size)  root \(root)"
        if let rooms { line += "  \(rooms) rooms" }
        if let leftOut, leftOut > 0 { line += "  \(leftOut) left out" }
        if let fork { line += "  fork recorded as \(fork)" }
        return line
    }
}
