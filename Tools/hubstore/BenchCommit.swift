import ArgumentParser
import FoundationEssentials
import Glibc
import StoreMeasurement

struct BenchCommit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "commit",
        abstract: "Sends commits with new paths to a hub, and compares them with their floors.",
        discussion: """
            The rooms and commits are made first; a process of its own then opens the store and takes \
            the commits. The floors are measured beside each commit: verifying its signatures, and one \
            transaction that writes as many bytes. Times are in microseconds, those of the processor are \
            of the whole process.
            """)

    @OptionGroup var options: PlanOptions

    @Option(help: "How many senders wait for an answer at a time.")
    var writers = 1

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: .hidden)
    var prepared: String?

    private var plan: CommitPlan { options.plan }

    func validate() throws {
        guard writers > 0 else { throw ValidationError("There must be a sender.") }
    }

    func run() async throws {
        if let prepared {
            let measured = try await CommitMeasurement(plan, in: prepared, writers: writers)
            if json { try emitJSON(measured) } else { try report(measured) }
            return
        }
        try await withNewDirectory { directory in
            try await plan.prepare(in: directory)
            var arguments = ["bench", "commit", "--prepared", directory] + options.arguments
            arguments += ["--writers", "\(writers)"]
            if json { arguments.append("--json") }
            let status = try await runAgain(arguments)
            if status != 0 { throw ExitCode(1) }
        }
    }

    private func report(_ measured: CommitMeasurement) throws {
        func whole(_ value: Double) -> Int { Int(value.rounded()) }
        try emit(
            "\(measured.commits) commits: \(whole(measured.cpuUs)) µs of the processor each, "
                + "\(whole(measured.floorUs)) of it for \(measured.signatures) signatures, "
                + "ratio \(Double(whole(measured.ratio * 100)) / 100)")
        try emit(
            "answered in \(whole(measured.latencyP50Us)) µs (p99 \(whole(measured.latencyP99Us))), "
                + "one transaction alone takes \(whole(measured.durableUs)); "
                + "the first one of a room that is not in memory \(whole(measured.coldUs))")
        try emit(
            "\(whole(measured.perSecond)) commits a second, "
                + "\(whole(measured.verifiedPerSecond)) could be verified")
        try emit(
            "\(measured.evidenceBytes) bytes of evidence, \(measured.logBytes) in the log; tree of "
                + "\(measured.treeBytes) bytes, memory \(measured.peakBytes >> 20) MiB at most, "
                + "\(measured.anonymousBytes >> 20) MiB of no file at the end")
    }
}
