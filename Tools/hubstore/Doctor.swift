import ArgumentParser
import EventLog
import LMDBStore
import PresentationLanguage
import TransparencyLog

struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says how a store is: pages, tables, head, checkpoints, projections, anchor.",
        discussion: """
            What it says to do is a command of this program. Pages are counted without liblmdb. Exit \
            status: 0 all is well, 1 something is to be done, 3 the store can't be opened.
            """)

    @OptionGroup var options: StoreOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let pages = try operation(options.path) { () throws(StoreError) in
            try PageCheck.besideWriters(at: options.path)
        }
        var diagnosis = Diagnosis(pages)
        // liblmdb must not see pages that do not fit together.
        if pages.findingCount == 0 {
            let log = try openLog(options.path, .readOnly)
            try operation(options.path) { () throws(StoreError) in try diagnosis.add(log) }
            diagnosis.add(.beside(store: options.path), of: log)
        }
        if json { try emitJSON(diagnosis) } else { for line in diagnosis.lines { try emit(line) } }
        if !diagnosis.advice.isEmpty { throw ExitCode(1) }
    }
}

private struct Diagnosis: Encodable {
    struct TableSize: Encodable {
        let table: String
        let rows: UInt64
        let pages: UInt64
    }

    struct Projected: Encodable {
        let projection: String
        let version: UInt64
        let status: String
    }

    let pageSize: Int
    let usedPages: UInt64
    let freePages: UInt64
    let damagedPages: Int
    let tables: [TableSize]
    var origin: String?
    var schema: UInt32?
    var records: UInt64?
    var root: String?
    var checkpoint: UInt64?
    var anchor: UInt64?
    var projections: [Projected] = []
    /// What to do.
    var advice: [String] = []

    private enum CodingKeys: String, CodingKey {
        case tables, origin, schema, records, root, checkpoint, anchor, projections, advice
        case pageSize = "page_size"
        case usedPages = "used_pages"
        case freePages = "free_pages"
        case damagedPages = "damaged_pages"
    }

    init(_ check: PageCheck) {
        let statistics = check.statistics
        pageSize = statistics.pageSize
        usedPages = statistics.used
        freePages = statistics.free
        damagedPages = check.findingCount
        tables = statistics.trees.compactMap { tree in
            guard case .table(let name) = tree.tree else { return nil }
            return TableSize(
                table: name, rows: tree.entries,
                pages: tree.branchPages + tree.leafPages + tree.overflowPages)
        }
        if damagedPages > 0 {
            advice.append("\(damagedPages) pages do not fit together: hubstore audit, then restore")
        }
        if statistics.free > statistics.used, statistics.free > 1 << 14 {
            advice.append("most pages are free: hubstore compact, while the hub does not run")
        }
    }

    mutating func add(_ log: EventLog) throws(StoreError) {
        let head = try log.head()
        origin = log.meta.origin
        schema = log.meta.schema
        records = head.nextSequence
        root = head.frontier.root.description
        checkpoint = try log.latestCheckpoint()?.size
        if log.meta.schema < Meta.currentSchema {
            advice.append("schema \(log.meta.schema): opening it for writing brings it up to date")
        }
        for projection in Projection.allCases {
            guard let state = try log.state(of: projection) else { continue }
            projections.append(
                Projected(
                    projection: projection.rawValue, version: state.version,
                    status: "\(state.status)"))
            if state.status == .building {
                advice.append("\(projection.rawValue) was being built: hubstore rebuild")
            } else if projection != .roomState, try !isComplete(state, head, log) {
                advice.append("\(projection.rawValue) missed records: hubstore rebuild")
            }
        }
    }

    /// Whether a projection has all records; a hub beside may have added some since the head was read.
    private func isComplete(
        _ state: ProjectionState, _ head: Head, _ log: EventLog
    ) throws(StoreError) -> Bool {
        guard state.position > head.nextSequence else {
            return state.position == head.nextSequence
        }
        return state.position <= (try log.head().nextSequence)
    }

    mutating func add(_ file: Anchor, of log: EventLog) {
        do {
            guard let last = try file.read() else { return }
            anchor = last.head.size
            if let records, records < last.head.size {
                advice.append(
                    "\(last.head.size) records were signed, and it has \(records): it was rolled back"
                )
            }
        } catch {
            advice.append("\(error)")
        }
    }

    var lines: [String] {
        var lines: [String] = []
        if let origin, let schema, let records, let root {
            lines.append("\(origin), schema \(schema): \(records) records, root \(root)")
        }
        lines.append("pages of \(pageSize) bytes: \(usedPages) used, \(freePages) free")
        lines += tables.map { "  \($0.table)  \($0.rows) rows  \($0.pages) pages" }
        lines += projections.map { "projection \($0.projection)  v\($0.version)  \($0.status)" }
        lines.append("newest checkpoint: \(checkpoint.map { "\($0) records" } ?? "none")")
        lines.append("anchor: \(anchor.map { "\($0) records" } ?? "none")")
        lines += advice.map { "to do: \($0)" }
        return lines.map(printable)
    }
}
