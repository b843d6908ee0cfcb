import ArgumentParser
import Foundation
import HubSimulator

/// Simulates hubs, and compares what they do with a model; see docs/reliability.md.
@main struct HubSim: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hub-sim",
        abstract:
            "Simulates hubs with members, hostile ones among them, and compares them with a model.",
        discussion: """
            Everything follows from the seed. What is not as the model says ends the run with exit \
            status 1, and the command that brings it about again is printed; the store is kept.
            """)

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds, one after another.")
    var count = 1

    @Option(help: "Steps of each seed; as many as follow from it unless given.")
    var steps: Int?

    @Option(help: "Where stores are made, each for one seed; memory is faster than a disk.")
    var directory = FileManager.default.temporaryDirectory.path

    @Option(help: "Stop after so many seconds, whatever the count.")
    var seconds: Double?

    @Flag(help: "Let hubs with planted faults live instead, and demand that each is noticed.")
    var mutants = false

    @Flag(help: "Print what happened how often.")
    var counts = false

    @Flag(help: "Print each step.")
    var verbose = false

    func validate() throws {
        guard count > 0, seed <= .max - UInt64(count) else {
            throw ValidationError("There must be seeds.")
        }
    }

    func run() async throws {
        if mutants { return try await hunt() }
        let start = ContinuousClock.now
        var total = SimulationReport()
        var done = 0
        for seed in self.seed..<self.seed + UInt64(count) {
            if let seconds, ContinuousClock.now - start > .seconds(seconds) { break }
            total += try await simulate(seed)
            done += 1
            if done.isMultiple(of: 1000) {
                FileHandle.standardError.write(Data("\(done) seeds\n".utf8))
            }
        }
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        print(
            "\(done) seeds from \(seed), \(total.steps) steps, trace \(total.trace), "
                + String(format: "%.1f s", elapsed))
        guard counts else { return }
        for (what, count) in total.counts.sorted(by: { $0.key < $1.key }) {
            print("\(count)  \(what)")
        }
    }

    private func path(_ name: String) -> String {
        "\(directory)/hub-sim-\(ProcessInfo.processInfo.processIdentifier)-\(name)"
    }

    /// Each planted fault, until a seed shows it.
    private func hunt() async throws {
        var missed: [String] = []
        for mutant in MutantHunt.all {
            let failure = try await MutantHunt.seek(mutant, in: seed...seed + UInt64(count) - 1) {
                live in
                let path = path("mutant")
                defer {
                    for file in [path, path + ".copy"] {
                        try? FileManager.default.removeItem(atPath: file)
                    }
                }
                return await live(path)
            }
            if failure == nil { missed.append(mutant.name) }
            print("\(mutant.name): \(failure?.description ?? "NOT NOTICED")")
        }
        print("\(MutantHunt.all.count) planted faults, \(missed.count) not noticed")
        guard missed.isEmpty else { throw ExitCode(1) }
    }

    private func simulate(_ seed: UInt64) async throws -> SimulationReport {
        let path = path("\(seed)")
        var simulation = Simulation(seed: seed)
        simulation.steps = steps
        if verbose { simulation.watch = { print($0) } }
        do {
            let report = try await simulation.run(at: path)
            try FileManager.default.removeItem(atPath: path)
            return report
        } catch let failure as SimulationFailure {
            print("\(failure)")
            print("hub-sim --seed \(seed)\(steps.map { " --steps \($0)" } ?? "")")
            print("the store is \(path)")
            throw ExitCode(1)
        }
    }
}
