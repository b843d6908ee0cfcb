import Foundation
import RuleBook
import TestSupport

/// The table of `docs/conformance.md`: every rule, where it is enforced and what shows it.
struct Conformance {
    /// All rules of sections A to G.
    static let ids: [String] =
        (1...9).map { "A-\($0)" } + (1...16).map { "B-\($0)" } + (1...5).map { "C.\($0)" }
        + [1...8, 10...21, 25...36, 40...47, 50...57, 60...66].flatMap { $0.map { "D-\($0)" } }
        + ["D-N"] + (1...22).map { "E-\($0)" } + (0...4).map { "F-\($0)" }
        + (10...27).map { "F-\($0)" } + ["F-V"] + (1...16).map { "G-\($0)" }

    /// Files by name, with their text without spaces.
    private let sources: [(name: String, text: String)]
    private let tests: [(name: String, text: String)]
    /// Scenario files by name, with their text.
    private let scenarios: [(name: String, text: String)]
    private let demands: [String: String]
    private let names: [String: String]

    init() throws {
        typealias Texts = [(name: String, text: String)]
        // The simulator names rules only to leave them out.
        func texts(_ directory: String, but left: String...) throws -> Texts {
            try SourceFile.all(in: directory).filter { file in
                !left.contains { file.path.contains($0) }
            }.map { file in
                (
                    file.url.deletingPathExtension().lastPathComponent,
                    file.lines.joined().filter { $0 != " " }
                )
            }
        }
        sources = try texts("Sources", but: "/RuleBook/", "/HubSimulator/")
        tests = try texts("Tests", but: "RepositoryRulesTests")
        let directory = projectRoot.appending(path: "Tests/ScenarioTests/Scenarios")
        scenarios = try FileManager.default.contentsOfDirectory(
            at: directory, includingPropertiesForKeys: nil
        ).filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.map {
            (
                $0.deletingPathExtension().lastPathComponent,
                try String(contentsOf: $0, encoding: .utf8)
            )
        }
        let rules = try String(
            contentsOf: projectRoot.appending(path: "docs/rules.md"), encoding: .utf8)
        var demands: [String: String] = [:]
        for line in rules.split(separator: "\n") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            if cells.count == 3, Self.ids.contains(cells[0]) { demands[cells[0]] = cells[2] }
        }
        self.demands = demands
        names = try Self.constants()
    }

    /// The names in the code of the rules that refuse.
    private static func constants() throws -> [String: String] {
        var names: [String: String] = [:]
        let letters = [
            "identifiers": "A", "room": "B", "mls": "D", "order": "E", "policy": "F",
            "endpoint": "G",
        ]
        let pattern = /static let (\w+) = Rule\(\.(\w+), (?:letter: "(\w)"|(\d+))\)/
        for file in try SourceFile.all(in: "Sources/RuleBook") {
            for line in file.lines {
                guard let match = line.firstMatch(of: pattern),
                    let letter = letters[String(match.2)]
                else { continue }
                names["\(letter)-\(match.3 ?? match.4 ?? "")"] = String(match.1)
            }
        }
        return names
    }

    // MARK: Rows

    /// The whole document.
    func document() throws -> String {
        var lines = [
            "# Conformance", "",
            "Every rule: where it is enforced, and what shows that. `Tools/conformance` writes this table, and a test"
                + " compares it.",
            "Scenarios are those of `Tests/ScenarioTests/Scenarios`; of many, three are named.", "",
            "| Rule | What it demands | Enforced in | Shown by |", "|---|---|---|---|",
        ]
        for id in Self.ids {
            let row = try row(id)
            lines.append("| \(id) | \(row.demand) | \(row.place) | \(row.shown) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    struct MissingNote: Error {
        let id: String
    }

    private func row(_ id: String) throws -> (demand: String, place: String, shown: String) {
        let note = ConformanceNotes.notes[id]
        let found = names[id].map(places) ?? (sources: [], tests: [])
        guard let demand = demands[id] ?? note?.demand else { throw MissingNote(id: id) }
        let place = found.sources.isEmpty ? note?.place : Self.list(found.sources)
        let scenarios = scenarios.filter { $0.text.contains("\"\(id)\"") }.map {
            "`\($0.name)`"
        }
        var shown = found.tests
        if let note { shown += note.shown }
        let list = [Self.list(shown), Self.list(scenarios, limit: 3)].filter { !$0.isEmpty }
        guard let place, !list.isEmpty else { throw MissingNote(id: id) }
        return (demand, place, list.joined(separator: "; "))
    }

    /// The files that refuse by a rule, and those with cases for it.
    private func places(of name: String) -> (sources: [String], tests: [String]) {
        func files(_ texts: [(name: String, text: String)], _ patterns: [String]) -> [String] {
            texts.filter { file in patterns.contains { file.text.contains($0) } }.map {
                "`\($0.name)`"
            }.sorted()
        }
        let refusing = [
            "require(.\(name),", "Refusal(.\(name),", "rule:.\(name),", "Rule.\(name)\"",
            "(Rule.\(name),", "(.\(name),\"", "holds(.\(name))", "checkBannedRole(.\(name),",
            "services,.\(name))", "[.\(name)]", "[.\(name),",
        ]
        let cases = files(tests.filter { $0.name.hasSuffix("Cases") }, ["(.\(name),"])
        return (
            files(sources, refusing),
            cases.isEmpty ? files(tests, ["==.\(name)", "without(.\(name))"]) : cases
        )
    }

    private static func list(_ items: [String], limit: Int = 4) -> String {
        let shown = items.prefix(limit).joined(separator: ", ")
        return items.count > limit ? "\(shown) and \(items.count - limit) more" : shown
    }
}
