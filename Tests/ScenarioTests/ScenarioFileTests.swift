import Foundation
import Scenario
import TestSupport
import Testing

/// What is wrong with a scenario is said with its place.
@Suite struct ScenarioFileTests {
    private static let start = """
        {"scenario": 1, "title": "t", "hub": "a.example", "suite": 1, "clock": 1767225600000,
         "clients": {"alice1": {"user": "mimi://a.example/u/alice"}},
         "room": {"uri": "mimi://a.example/r/1", "creator": "alice1", "roles": "cooperative",
                  "participants": [["mimi://a.example/u/alice", 4]]},
         "steps": [
        """

    private func problem(_ steps: String) -> String {
        do {
            _ = try ScenarioFile(json: Data((Self.start + steps + "]}").utf8))
            return ""
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        ("{", "not JSON"),
        (
            #"{"by": "alice1", "update": {"comit": true}}"#,
            #".steps[0].update: unknown key "comit""#
        ),
        (#"{"by": "alice1", "updat": {}}"#, #".steps[0]: unknown key "updat""#),
        (#"{"by": "bob1", "update": {}}"#, #".steps[0].by: no client "bob1""#),
        (#"{"by": "alice1"}"#, ".steps[0]: has no action"),
        (
            #"{"by": "alice1", "update": {"tamper": "all"}}"#,
            ".steps[0].update.tamper: is no tamper"
        ),
        (#"{"restart": false}"#, ".steps[0].restart: is not true"),
        (
            #"{"by": "alice1", "update": {"proposals": [{"addUser": ["u"]}]}}"#,
            ".steps[0].update.proposals[0].addUser: has 1 elements, not 2"
        ),
        (
            #"{"by": "alice1", "update": {"proposals": [{"component": [34, "0G"]}]}}"#,
            ".steps[0].update.proposals[0].component[1]: is not lower-case hex"
        ),
        (
            #"{"race": [{"by": "alice1", "message": {"size": -1}}]}"#,
            ".steps[0].race[0].message: size is not below 1 MiB"
        ),
    ])
    func problems(_ steps: String, _ expected: String) {
        #expect(problem(steps) == expected)
    }

    @Test func nothingWrong() {
        #expect(problem(#"{"by": "alice1", "update": {"commit": true}}"#) == "")
    }

    /// What is not as expected is reported, and not only counted.
    @Test func differences() async throws {
        let steps = [
            #"{"by": "alice1", "update": {"commit": true}, "expect": "notAllowed"}"#,
            #"{"by": "alice1", "update": {"commit": true, "tamper": "signature"}}"#,
            #"{"by": "alice1", "update": {"commit": true, "tamper": "signature"}, "#
                + #""expect": {"code": "notAllowed", "rule": ["E-5"]}}"#,
            #"{"state": {"epoch": 7}}"#,
            #"{"state": {"participants": {"count": 2}}}"#,
            #"{"state": {"participants": {"contains": [{"role": 3}]}}}"#,
            #"{"state": {"room": {"absent": true}}}"#,
            #"{"retry": 1, "expect": "success"}"#,
        ]
        let json = Self.start + steps.joined(separator: ",") + "]}"
        let scenario = try ScenarioFile(json: Data(json.utf8))
        let oks = try await withStorePath { path in
            var oks: [Bool] = []
            try await ScenarioRunner.run(scenario, storeAt: path) { oks.append($0.ok) }
            return oks
        }
        #expect(oks == Array(repeating: false, count: steps.count))
    }
}
