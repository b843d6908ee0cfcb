import Foundation
import RuleBook
import Scenario
import TestSupport
import Testing

/// The scenarios that the project keeps: rooms of every kind, with every rule in both directions.
///
/// One after another: every store takes a large part of the address space.
@Suite(.serialized) struct LibraryTests {
    static let files: [URL] = {
        let directory = projectRoot.appending(path: "Tests/ScenarioTests/Scenarios")
        let names = try? FileManager.default.contentsOfDirectory(
            at: directory, includingPropertiesForKeys: nil)
        return (names ?? []).filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
    }()

    private func reports(of file: URL) async throws -> [ScenarioReport] {
        let scenario = try ScenarioFile(json: Data(contentsOf: file))
        return try await withStorePath { path in
            var reports: [ScenarioReport] = []
            try await ScenarioRunner.run(scenario, storeAt: path) { reports.append($0) }
            return reports
        }
    }

    @Test(arguments: files) func holds(_ file: URL) async throws {
        for report in try await reports(of: file) {
            #expect(report.ok, "\(file.lastPathComponent): \(report.line)")
        }
    }

    /// What the library is to be: wide, and in both directions.
    @Test func isWide() throws {
        var accepted = 0
        var refused = 0
        var suites = Set<Int>()
        for file in Self.files {
            let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
            let scenario = try #require(json as? [String: Any])
            suites.insert(try #require(scenario["suite"] as? Int))
            let steps = try #require(scenario["steps"] as? [[String: Any]])
            for step in steps.flatMap({ $0["race"] as? [[String: Any]] ?? [$0] })
            where step["by"] != nil {
                let object = step["expect"] as? [String: Any]
                let code = (object?["code"] ?? step["expect"]) as? String ?? "success"
                if code == "success" { accepted += 1 } else { refused += 1 }
            }
        }
        #expect(accepted >= 300)
        #expect(refused >= 200)
        #expect(suites == [1, 2, 3, 5])
    }

    /// Two runs print the same lines.
    @Test(arguments: [
        "slides-three-providers", "e04-race-of-ten-committers", "f22-change-own-role",
    ])
    func isDeterministic(_ name: String) async throws {
        let file = try #require(Self.files.first { $0.lastPathComponent == name + ".json" })
        let first = try await reports(of: file).map(\.line)
        #expect(try await reports(of: file).map(\.line) == first)
        #expect(first.count > 10)
    }
}
