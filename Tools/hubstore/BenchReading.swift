import ArgumentParser
import StoreMeasurement

/// The rooms and commits of a store that is made to be measured.
struct PlanOptions: ParsableArguments {
    @Option(help: "Clients in each room.")
    var members = 1000

    @Option(help: "Users on each room's list; default: as many as clients, at most 1000.")
    var users: Int?

    @Option(help: "The tree that a room starts with: \(CommitPlan.shapes.joined(separator: ", ")).")
    var shape = "full"

    @Option(help: "Rooms.")
    var rooms = 1

    @Option(help: "Commits of all rooms together, after one of each room that is not counted.")
    var commits = 200

    @Flag(help: "Send each GroupInfo without the GroupContext, which the hub knows.")
    var partial = false

    @Option(help: "What keys and committers follow from.")
    var seed: UInt64 = 1

    var plan: CommitPlan {
        CommitPlan(
            members: members, users: users ?? min(members, 1000), shape: shape, rooms: rooms,
            commits: commits, isPartial: partial, seed: seed)
    }

    func validate() throws {
        guard members > 1, (2...members).contains(plan.users), rooms > 0, commits >= rooms,
            CommitPlan.shapes.contains(shape)
        else {
            throw ValidationError(
                "There are at least 2 users, no more than clients, a commit of each room, and shapes "
                    + CommitPlan.shapes.joined(separator: " and ") + ".")
        }
    }

    /// The options again.
    var arguments: [String] {
        var arguments: [String] = []
        for (name, value) in [
            ("members", members), ("users", plan.users), ("rooms", rooms), ("commits", commits),
        ] {
            arguments += ["--\(name)", "\(value)"]
        }
        return arguments + ["--shape", shape, "--seed", "\(seed)"] + (partial ? ["--partial"] : [])
    }
}

/// A store of commits, and how often it is read in one of the ways that there are.
struct ReadingOptions: ParsableArguments {
    @OptionGroup var options: PlanOptions

    @Option(help: "How often; the median counts.")
    var runs = 5

    @Flag(help: "Print one JSON object.")
    var json = false

    func measure(_ kind: ReadingMeasurement.Kind) async throws {
        let measured = try await withNewDirectory { directory in
            try await ReadingMeasurement(kind, options.plan, in: directory, runs: max(1, runs))
        }
        if json { return try emitJSON(measured) }
        try emit(
            "\(kind.rawValue) of \(measured.records) records, \(measured.bytes >> 20) MiB: "
                + "\(Int(measured.perSecond)) a second, floor \(Int(measured.floorPerSecond)), "
                + "ratio \((measured.ratio * 1000).rounded() / 1000)")
    }
}

struct BenchScan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Reads all records, and compares it with a cursor of LMDB over as many bytes.")

    @OptionGroup var reading: ReadingOptions

    func run() async throws { try await reading.measure(.scan) }
}

struct BenchReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Folds all rooms, and compares it with deciding each record again.")

    @OptionGroup var reading: ReadingOptions

    func run() async throws { try await reading.measure(.replay) }
}

struct BenchAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Audits all records, and compares it with verifying their signatures.")

    @OptionGroup var reading: ReadingOptions

    func run() async throws { try await reading.measure(.audit) }
}

struct BenchExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Exports the log, and compares it with a cursor of LMDB over as many bytes.")

    @OptionGroup var reading: ReadingOptions

    func run() async throws { try await reading.measure(.export) }
}
