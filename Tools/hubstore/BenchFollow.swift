import ArgumentParser
import FoundationEssentials
import LMDBStore
import RoomLog
import StoreMeasurement
import Transcript

struct BenchFollow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow",
        abstract: "Follows the groups of a transcript, and compares commits with their signatures.",
        discussion: """
            Times are medians in microseconds of the processor, of the whole process. Recording is one \
            transaction for each step.
            """)

    @Argument(help: "A transcript file.")
    var file: String

    @Option(help: "Record the accepted steps in a new store in this directory.")
    var store: String?

    @Option(help: "How often the transcript is followed.")
    var runs = 5

    @Option(help: "The time in milliseconds since 1970, for lifetimes; default: the clock.")
    var now: UInt64?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard store != "", runs > 0 else {
            throw ValidationError("There must be a run, and a path that is not empty.")
        }
    }

    func run() async throws {
        let scenarios = try readInput(file) { try TranscriptFile(json: $0).scenarios }
        let now = now ?? UInt64(Date.now.timeIntervalSince1970 * 1000)
        let rooms = try store.map { RoomLog(try Follow.openOrCreateLog(at: $0), profile: .plain) }
        let measured = try await FollowMeasurement(
            scenarios, now: now, runs: runs, recordingIn: rooms)
        await rooms?.log.close()
        if json { try emitJSON(measured) } else { try report(measured) }
    }

    private func report(_ measured: FollowMeasurement) throws {
        for (name, count, cost) in [
            ("commits", measured.commits, measured.cpuUs),
            ("proposals", measured.proposals, measured.proposalCpuUs),
        ] {
            let parts = [
                ("decode", cost.decode), ("validate", cost.validate), ("apply", cost.apply),
                ("persist", cost.persist), ("total", cost.total),
            ].map { "\($0) \(rounded($1))" }
            try emit("\(count) \(name), µs: \(parts.joined(separator: "  "))")
        }
        try emit(
            "\(rounded(measured.signatures)) signatures of a commit take \(rounded(measured.floorUs)) "
                + "µs, ratio \(rounded(measured.ratio))")
    }

    private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
