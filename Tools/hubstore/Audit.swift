import ArgumentParser
import EventLog
import FoundationEssentials
import LMDBStore
import LogAudit
import PresentationLanguage
import TransparencyLog

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Checks a store or a stream: pages, records, and the evidence of every decision.",
        discussion: """
            The pages of the file are checked first, without liblmdb, which trusts them; then another \
            process reads the store. Nothing is written. Without a checkpoint from outside, a store that \
            was rolled back or written anew as a whole is not told from the right one.

            Exit status: 0 nothing found, 1 findings, 2 wrong arguments, 3 the store can't be opened, \
            4 it is of another version.
            """)

    @OptionGroup var options: StoreOptions

    @Flag(help: "Only hashes, chains, indexes, tiles and seals.")
    var quick = false

    @Flag(help: "Also decide the evidence of every record again.")
    var full = false

    @Flag(help: "Also compare rows of room states after every record; slow in large rooms.")
    var everyRow = false

    @Option(help: "Only the states and the evidence of this room.")
    var room: String?

    @Option(help: "Decide evidence from this record on.")
    var from: UInt64 = 0

    @Option(help: "A checkpoint of the log from outside; may be given more than once.")
    var checkpoint: [String] = []

    @Option(help: "The verifier key that checkpoints must be signed with.")
    var key: String?

    @Option(help: "Keep here how far the audit came, and go on from there.")
    var journal: String?

    @Flag(help: "Print one JSON object per finding, and one at the end.")
    var json = false

    @Flag(help: .hidden)
    var inOwnProcess = false

    func validate() throws {
        if quick, full { throw ValidationError("--quick or --full, not both") }
    }

    func run() async throws {
        if inOwnProcess {
            try await audit()
        } else {
            try await superviseAudit()
        }
    }

    // MARK: In the process that liblmdb may end

    private func audit() async throws {
        let log: EventLog
        do throws(StoreError) {
            log = try EventLog.open(at: options.path, access: .readOnly)
        } catch {
            let failure = Failure(options.path, error)
            guard failure.code == 1 else { throw failure }
            let finding = AuditFinding(
                .meta, expected: "a store that opens", actual: "\(error)")
            if json { try emitJSON(finding) } else { try emit(printable("\(finding)")) }
            throw ExitCode(1)
        }
        var known: [KnownTree] = []
        var found = 0
        func report(_ finding: AuditFinding) throws {
            found += 1
            if json { try emitJSON(finding) } else { try emit(printable("\(finding)")) }
        }
        for (source, trees) in try outsideCheckpoints(of: log) {
            switch trees {
            case .success(let head): known.append(KnownTree(source: source, head))
            case .failure(let problem):
                try report(
                    AuditFinding(
                        .signature, expected: "a checkpoint of \(log.meta.origin), signed",
                        actual: "\(source): \(problem.message)"))
            }
        }
        var options = AuditOptions()
        options.depth = quick ? .quick : full ? .full : .replay
        options.room = room.map { Array($0.utf8) }
        options.from = from
        options.known = known
        options.checksEveryRow = everyRow
        options.width = ProcessInfo.processInfo.activeProcessorCount
        let keeper = try journal.map { try AuditJournal(at: $0, of: log, options) }
        let meter = ProgressMeter()
        let summary = try await Audit(log, options, journal: keeper).run(
            report: { try? report($0) }, progress: { meter.show($0) })
        meter.clear()
        try conclude(summary, found)
        await log.close()
        if found > 0 { throw ExitCode(1) }
    }

    /// Checkpoints of the command line, and the store's own anchor, with the heads they tell.
    private func outsideCheckpoints(
        of log: EventLog
    ) throws -> [(source: String, head: Result<TreeHead, Failure>)] {
        let key = try self.key.map { text in
            guard let key = try? VerifierKey(parsing: text.utf8) else {
                throw Failure("\(text) is no verifier key")
            }
            return key
        }
        var known: [(source: String, head: Result<TreeHead, Failure>)] = []
        for path in checkpoint {
            let bytes = try readInput(path) { Array($0) }
            known.append((path, head(of: bytes, of: log, key)))
        }
        let anchor = Anchor.beside(store: options.path)
        if let last = try? anchor.read(), last.origin.description == log.meta.origin {
            known.append((anchor.path, .success(last.head)))
        }
        return known
    }

    private func head(
        of bytes: [UInt8], of log: EventLog, _ key: VerifierKey?
    ) -> Result<TreeHead, Failure> {
        guard let signed = try? SignedCheckpoint(parsing: bytes) else {
            return .failure(Failure("no checkpoint"))
        }
        guard signed.checkpoint.origin.description == log.meta.origin else {
            return .failure(Failure("a checkpoint of \(signed.checkpoint.origin)"))
        }
        guard let key else { return .success(signed.checkpoint.head) }
        do {
            return .success(try TrustPolicy(logs: [key]).verify(signed).head)
        } catch {
            return .failure(Failure("not signed with \(key.text)"))
        }
    }

    private func conclude(_ summary: AuditSummary, _ found: Int) throws {
        let result = AuditResult(summary, findings: found)
        if json { return try emitJSON(result) }
        for line in result.lines { try emit(printable(line)) }
    }
}

/// The end of an audit's output.
private struct AuditResult: Encodable {
    let findings: Int
    let origin: String
    let schema: UInt32
    let depth: String
    let records: UInt64
    let root: String
    let rooms: UInt64
    let folded: UInt64
    let decided: UInt64
    let redacted: UInt64
    /// Records that could not be folded, as nothing says what was before them.
    let passed: UInt64
    /// Commits of which nobody outside the group can check more (D-N).
    let unverifiable: UInt64
    let anchored: Bool

    init(_ summary: AuditSummary, findings: Int) {
        self.findings = findings
        origin = summary.origin
        schema = summary.schema
        depth = summary.depth.rawValue
        records = summary.size
        root = summary.root.description
        rooms = summary.counts.rooms
        folded = summary.counts.records
        decided = summary.counts.decided
        redacted = summary.counts.redacted
        passed = summary.counts.passed
        unverifiable = summary.counts.commits
        anchored = summary.isAnchored
    }

    var lines: [String] {
        var lines = [
            "\(origin), schema \(schema): \(records) records, root \(root)",
            "\(rooms) rooms, \(folded) records folded, \(decided) decided again, "
                + "\(redacted) redacted",
        ]
        if unverifiable > 0 {
            lines.append(
                "unverifiable from outside a group (D-N): confirmation tags, path secrets and Welcome "
                    + "contents of \(unverifiable) commits")
        }
        if !anchored {
            lines.append(
                "unanchored: no checkpoint from outside was given, so a rollback can't be seen")
        }
        lines.append(findings == 0 ? "nothing found" : "\(findings) findings")
        return lines
    }
}
