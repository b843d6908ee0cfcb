import HubSimulator
import TestSupport
import Testing

@Suite("The simulator", .serialized) struct SimulationTests {
    @Test func theHubIsAsTheModelSays() async throws {
        for seed: UInt64 in 1...20 {
            let report = try await run(Simulation(seed: seed))
            #expect(report.counts.keys.contains { $0.hasSuffix("accepted") }, "seed \(seed)")
        }
    }

    @Test func aSeedIsTheSameEachTime() async throws {
        let traces = [
            try await run(Simulation(seed: 7)).trace, try await run(Simulation(seed: 7)).trace,
            try await run(Simulation(seed: 8)).trace,
        ]
        #expect(traces[0] == traces[1])
        #expect(traces[0] != traces[2])
    }

    @Test(arguments: Sabotage.allCases) func sabotageIsNoticed(_ sabotage: Sabotage) async throws {
        var simulation = Simulation(seed: 1)
        simulation.sabotage = sabotage
        var isNoticed = false
        for seed: UInt64 in 1...40 where !isNoticed {
            simulation.seed = seed
            do {
                _ = try await run(simulation)
            } catch is SimulationFailure {
                isNoticed = true
            }
        }
        #expect(isNoticed)
    }

    private func run(_ simulation: Simulation) async throws -> SimulationReport {
        try await withStorePath { try await simulation.run(at: $0) }
    }
}
