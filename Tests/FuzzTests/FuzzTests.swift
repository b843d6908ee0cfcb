import Foundation
import FuzzTargets
import PresentationLanguage
import TestSupport
import Testing

/// What the fuzzers check, on inputs that are always the same: seeds, kept inputs, and seeded damage to
/// them.
@Suite struct FuzzTests {
    static let targets = FuzzTarget.all.map(\.name)

    private func target(_ name: String) throws -> FuzzTarget {
        try #require(FuzzTarget.all.first { $0.name == name })
    }

    /// The kept inputs of a target: those that once broke a promise, and the smallest set of others
    /// that reaches as much code as a long run found.
    private func kept(_ name: String) throws -> [[UInt8]] {
        let file = Fixtures.directory.appending(path: "fuzz/\(name).corpus")
        guard let data = try? Data(contentsOf: file) else { return [] }
        return try FuzzCorpus(parsing: Array(data)).inputs
    }

    /// A target whose valid inputs are refused would check nothing.
    @Test(arguments: targets) func seedsAreAccepted(_ name: String) throws {
        let target = try target(name)
        let seeds = try target.seeds()
        let accepted = try seeds.filter { try target.run($0) }
        #expect(2 * accepted.count >= seeds.count, "\(accepted.count) of \(seeds.count)")
    }

    @Test(arguments: targets) func keptInputsBreakNothing(_ name: String) throws {
        let target = try target(name)
        for input in try kept(name) { _ = try target.run(input) }
    }

    @Test(arguments: targets) func damagedInputsBreakNothing(_ name: String) throws {
        let target = try target(name)
        let inputs = try target.seeds() + kept(name)
        let count =
            ["room", "ratchet-tree", "key-package", "record", "recorded-state"]
                .contains(name) ? 500 : 5000
        var mutation = Mutation(seed: 7)
        for round in 0..<count {
            let input = mutation.mutated(
                inputs[round % inputs.count], inputs[(round * 7 + 3) % inputs.count])
            do {
                _ = try target.run(input)
            } catch {
                Issue.record("\(error): \(hex(input.prefix(2000)))")
            }
        }
    }
}
