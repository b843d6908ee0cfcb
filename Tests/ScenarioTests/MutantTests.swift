import Foundation
import RuleBook
import Scenario
import TestSupport
import Testing

/// A hub that does not enforce one of the rules about rooms: some scenario of the library must notice.
///
/// `Tools/mutants` runs these.
@Suite("Every rule that is switched off is missed by a scenario", .serialized) struct MutantTests {
    static let rules = (Rule.order + Rule.policy).filter { !elsewhere.contains($0) }

    /// What no scenario can bring about: a room that starts wrong, URIs that are none, a bundle of
    /// several senders. `OrderCases` and `ContentCases` have inputs for them.
    static let elsewhere: Set<Rule> = [.leafUsers, .genesis, .uri, .bundle]

    @Test(arguments: rules) func isMissed(_ rule: Rule) async throws {
        // Those that name the rule are the likeliest to miss it.
        let likely = try LibraryTests.files.filter {
            try String(contentsOf: $0, encoding: .utf8).contains("\"\(rule)\"")
        }
        for file in likely + LibraryTests.files.filter({ !likely.contains($0) }) {
            if try await misses(rule, file) { return }
        }
        Issue.record("nobody misses \(rule)")
    }

    /// Whether a scenario is not as expected without a rule.
    private func misses(_ rule: Rule, _ file: URL) async throws -> Bool {
        struct Missed: Error {}
        let scenario = try ScenarioFile(json: Data(contentsOf: file))
        return try await withStorePath { path in
            do {
                try await ScenarioRunner.run(scenario, storeAt: path, .without(rule)) {
                    if !$0.ok { throw Missed() }
                }
                return false
            } catch is Missed {
                return true
            }
        }
    }
}
