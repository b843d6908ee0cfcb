import ArgumentParser
import EventLog
import FoundationEssentials
import LMDBStore
import LogOperations
import MLSPublicGroup
import PresentationLanguage
import RoomLog

struct Redact: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes the payloads of records away for good, and records that and why.",
        discussion: """
            The envelopes stay, and every proof holds as before. The room goes on from the state behind \
            the last redacted record, which is kept: what it says is not gone. The hub must not run: the \
            file is replaced by a compacted one, so that nothing of the payloads is left in it.
            """)

    @OptionGroup var store: ProofStore

    @Argument(help: "The record, by its place in the log.")
    var record: UInt64

    @Option(help: "The last one, where it is several: all of the room's from the first on.")
    var through: UInt64?

    @Option(help: "Why; anyone who reads the log reads this.")
    var reason: String

    func run() async throws {
        let log = try openLog(store.store, .readWrite)
        let rooms = RoomLog(log, profile: .plain)
        do {
            let (room, places) = try records(in: log)
            let now = UInt64(max(Date().timeIntervalSince1970 * 1000, 0))
            let position = try await rooms.redact(places, of: room, because: reason, time: now)
            await log.close()
            try Environment.compact(at: store.store, options: .init(access: .readOnly))
            try emit("record \(position.gseq) says that \(places.count) are redacted")
        } catch let error as RoomLogError {
            throw Failure("\(error)", code: 1)
        } catch let error as StoreError {
            throw Failure(store.store, error)
        }
    }

    private func records(in log: EventLog) throws -> (Room, ClosedRange<UInt64>) {
        guard let first = try log.record(at: record)?.envelope,
            let last = try log.record(at: through ?? record)?.envelope
        else { throw Failure("record \(record) does not exist") }
        guard first.room == last.room, first.roomSeq <= last.roomSeq,
            let room = try log.room(first.room), room.number != Room.hub
        else { throw Failure("the records are not of one room, in their order") }
        return (room, first.roomSeq...last.roomSeq)
    }
}

struct Compact: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Replaces the data file by one without free pages; the hub must not run.")

    @OptionGroup var options: StoreOptions

    func run() throws {
        CrashGuard.install()
        try operation(options.path) { () throws(StoreError) in
            try Environment.compact(at: options.path, options: .init(access: .readOnly))
        }
    }
}

struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes what is kept beside the records anew from them, while a hub may go on.",
        discussion: """
            Prints for each projection its new version and whether the old rows were right. Interrupted, \
            it goes on when it is called again.
            """)

    @OptionGroup var options: StoreOptions

    @Flag(help: "Give up what was begun and not finished.")
    var cancel = false

    @Flag(help: "Print one JSON object per projection.")
    var json = false

    func run() async throws {
        let log = try openLog(options.path, .readWrite)
        let rooms = RoomLog(log, profile: .plain)
        do {
            for projection in Projection.allCases {
                if cancel {
                    try await rooms.cancelRebuild(projection)
                } else if let rebuilt = try await rooms.rebuild(projection) {
                    try report(projection, rebuilt)
                }
            }
        } catch let error as RoomLogError {
            throw Failure("\(error)", code: 1)
        }
        await log.close()
    }

    private func report(_ projection: Projection, _ rebuilt: RebuiltProjection) throws {
        let line = RebuildReport(
            projection: projection.rawValue, version: rebuilt.version,
            oldDigest: "\(rebuilt.oldDigest)", newDigest: "\(rebuilt.newDigest)",
            wasRight: rebuilt.isSame)
        if json { return try emitJSON(line) }
        try emit(
            "\(line.projection)  version \(line.version)  digest \(line.newDigest)"
                + (line.wasRight ? "" : "  was \(line.oldDigest)"))
    }
}

private struct RebuildReport: Encodable {
    let projection: String
    let version: UInt64
    let oldDigest: String
    let newDigest: String
    let wasRight: Bool

    private enum CodingKeys: String, CodingKey {
        case projection, version
        case oldDigest = "old_digest"
        case newDigest = "new_digest"
        case wasRight = "was_right"
    }
}
