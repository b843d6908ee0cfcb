import ArgumentParser
import EventLog
import FoundationEssentials
import LMDBStore
import LogOperations
import PresentationLanguage

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Makes a store from a full backup and increments.",
        discussion: """
            The restored log gets an origin of its own, unless --fork records in it that it goes on \
            under the old one, or --same-log says that the old one has no record beyond the backups \
            and is gone. See docs/operations.md.
            """)

    @Argument(help: "A full backup or a whole stream, then increments in their order.")
    var from: [String]

    @Option(help: "The directory of the new store; nothing is there yet.")
    var to: String

    @Flag(help: "Check everything and say what would come out; leave nothing.")
    var dryRun = false

    @Option(help: "Leave out what comes after this record.")
    var untilSeq: UInt64?

    @Option(
        help: "Leave out what comes from the first record later than this on, in ms since 1970.")
    var untilTime: UInt64?

    @Option(help: "The new origin; default: the old one, with something of the new UUID.")
    var origin: String?

    @Option(help: "Keep the origin, and record why the log has two histories.")
    var fork: String?

    @Flag(help: "Keep origin and UUID.")
    var sameLog = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard !from.contains(""), !to.isEmpty else { throw ValidationError("A path is empty.") }
        guard untilSeq == nil || untilTime == nil else {
            throw ValidationError("Name one of --until-seq and --until-time.")
        }
        guard [origin != nil, fork != nil, sameLog].count(where: { $0 }) <= 1 else {
            throw ValidationError("Name one of --origin, --fork and --same-log.")
        }
        guard fork != "", origin != "" else { throw ValidationError("An option is empty.") }
        guard !sameLog || (untilSeq ?? untilTime) == nil else {
            throw ValidationError("A log that is cut is not the same log.")
        }
    }

    func run() async throws {
        CrashGuard.install()
        let now = UInt64(Date.now.timeIntervalSince1970 * 1000)
        var restore = Restore(from: from, to: to, now: now)
        restore.cut = untilSeq.map(Cut.sequence) ?? untilTime.map(Cut.time)
        restore.continuation =
            sameLog ? .sameLog : fork.map(Continuation.fork) ?? .newOrigin(origin)
        restore.isDryRun = dryRun
        let report: Restore.Report
        do throws(RestoreError) {
            report = try await restore.run()
        } catch {
            throw Failure(to, error)
        }
        var summary = LogSummary(
            origin: report.origin, uuid: hex(report.uuid), records: report.head.nextSequence,
            report.head)
        summary.rooms = report.rooms
        summary.leftOut = report.leftOut
        summary.fork = report.fork
        if json { try emitJSON(summary) } else { try emit(printable(summary.line)) }
    }
}
