import ArgumentParser
import Scenario

struct Generate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a large store: real members, and a real hub that accepts all they send.",
        discussion: """
            For measurements and checks of everything at size; see docs/performance.md. What happens in a \
            room follows from the seed.
            """)

    @Argument(help: "The directory of the new store; nothing is there yet.")
    var directory: String

    @Option(help: "Records of all rooms together.")
    var records = 10_000

    @Option(help: "Rooms.")
    var rooms = 500

    @Option(help: "What all choices follow from.")
    var seed: UInt64 = 1

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard !directory.isEmpty else { throw ValidationError("The path is empty.") }
        guard rooms > 0, records >= rooms else {
            throw ValidationError("There must be rooms, and a record for each.")
        }
    }

    func run() async throws {
        let generator = StoreGenerator(records: records, rooms: rooms, seed: seed)
        let start = ContinuousClock.now
        let counts: GeneratedCounts
        do {
            counts = try await generator.run(at: directory)
        } catch {
            throw Failure("\(directory): \(error)", code: 1)
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        if json { return try emitJSON(GeneratedReport(counts, seconds: seconds)) }
        try emit(
            "\(counts.records) records in \(counts.rooms) rooms: \(counts.commits) commits, of them "
                + "\(counts.paths) with a path and \(counts.joins) external, and "
                + "\(counts.proposals) updates of proposals")
        try emit("\(Int(seconds)) s, \(Int(Double(counts.records) / seconds)) records a second")
        for (step, count) in counts.steps.sorted(by: { $0.value > $1.value }) {
            try emit("\(count)  \(step)")
        }
    }
}

private struct GeneratedReport: Encodable {
    let counts: GeneratedCounts
    let seconds: Double

    init(_ counts: GeneratedCounts, seconds: Double) {
        self.counts = counts
        self.seconds = seconds
    }

    private enum CodingKeys: String, CodingKey {
        case seconds
    }

    func encode(to encoder: any Encoder) throws {
        try counts.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(seconds, forKey: .seconds)
    }
}
