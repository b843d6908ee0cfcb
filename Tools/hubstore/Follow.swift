import ArgumentParser
import EventLog
import FoundationEssentials
import LMDBStore
import RoomLog
import Transcript

struct Follow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Follows the MLS groups of transcripts and compares them with what is expected.",
        discussion: "With --store, every scenario becomes a room and every accepted step a record.")

    @Argument(help: "Transcript files.")
    var files: [String]

    @Flag(help: "Print one JSON object per step.")
    var json = false

    @Option(help: "The time in milliseconds since 1970, for lifetimes; default: the clock.")
    var now: UInt64?

    @Option(help: "Record the accepted steps in this store, which is created if need be.")
    var store: String?

    func run() async throws {
        guard store != "" else { throw Failure("the path of the store is empty") }
        let now = now ?? UInt64(Date.now.timeIntervalSince1970 * 1000)
        var rooms: RoomLog?
        var names = RoomNames()
        var total = StepCount()
        for file in files {
            let scenarios = try readInput(file) { try TranscriptFile(json: $0).scenarios }
            // A file that can't be read leaves no new store behind.
            if rooms == nil { rooms = try store.map(openOrCreate) }
            for scenario in scenarios {
                var run = ScenarioRun(
                    scenario, now: now, listingMembers: json, recordingIn: rooms)
                do {
                    try await run.start(naming: &names) { try report($0, &total) }
                    while try await run.step(then: { try report($0, &total) }) {}
                } catch let error as RoomLogError {
                    throw Failure("\(store ?? ""): \(error)")
                }
            }
        }
        await rooms?.log.close()
        if !json { try emit("\(total)") }
        if total.failed > 0 { throw ExitCode(1) }
    }

    private func openOrCreate(_ path: String) throws -> RoomLog {
        CrashGuard.install()
        do {
            return RoomLog(try Self.openOrCreateLog(at: path), profile: .plain)
        } catch {
            throw Failure("\(path): \(error)")
        }
    }

    static func openOrCreateLog(at path: String) throws(StoreError) -> EventLog {
        do {
            return try EventLog.open(at: path, access: .readWrite)
        } catch {
            guard case .notFound = error.reason else { throw error }
            return try EventLog.create(at: path, origin: "transcripts.invalid")
        }
    }

    private func report(_ step: StepReport, _ total: inout StepCount) throws {
        total.count(step)
        if json {
            try emitJSON(step)
        } else {
            try emit(printable(step.line))
        }
    }
}

/// How many steps there were of each kind.
private struct StepCount: CustomStringConvertible {
    private var accepted = 0
    private var refused = 0
    private(set) var failed = 0

    mutating func count(_ step: StepReport) {
        if step.accepted { accepted += 1 } else { refused += 1 }
        if !step.ok { failed += 1 }
    }

    var description: String {
        "\(accepted) accepted, \(refused) refused, \(failed) not as expected"
    }
}
