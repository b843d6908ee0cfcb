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
        let now = now ?? UInt64(Date.now.timeIntervalSince1970 * 1000)
        let rooms = try store.map(openOrCreate)
        var total = StepCount()
        for file in files {
            for scenario in try read(file).scenarios {
                var run = ScenarioRun(scenario, now: now, recordingIn: rooms)
                do {
                    try await run.start { try report($0, &total) }
                    while try await run.step(then: { try report($0, &total) }) {}
                } catch let error as RoomLogError {
                    throw Failure("\(store ?? ""): \(error)")
                }
            }
        }
        await rooms?.log.close()
        if !json { print(total) }
        if total.failed > 0 { throw ExitCode(1) }
    }

    private func read(_ file: String) throws -> TranscriptFile {
        do {
            return try TranscriptFile(json: Data(contentsOf: URL(filePath: file)))
        } catch let error as TranscriptError {
            throw Failure("\(file): \(error)")
        } catch {
            throw Failure("\(file): can't be read")
        }
    }

    private func openOrCreate(_ path: String) throws -> RoomLog {
        do {
            let log =
                FileManager.default.fileExists(atPath: path)
                ? try EventLog.open(at: path, access: .readWrite)
                : try EventLog.create(at: path, origin: "transcripts.invalid")
            return RoomLog(log, profile: .plain)
        } catch {
            throw Failure("\(path): \(error)")
        }
    }

    private func report(_ step: StepReport, _ total: inout StepCount) throws {
        total.count(step)
        if json {
            try printJSON(step)
        } else {
            print(printable(step.line))
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
