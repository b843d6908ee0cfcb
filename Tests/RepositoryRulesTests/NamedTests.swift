import Foundation
import TestSupport
import Testing

/// Documents say what shows a promise, and what they name exists.
@Suite struct NamedTests {
    /// The tests of each suite, in whatever file its extensions stand.
    private func tests() throws -> [String: Set<String>] {
        var tests: [String: Set<String>] = [:]
        for file in try SourceFile.all(in: "Tests") {
            var suite: String?
            var isTest = false
            for line in file.lines {
                if line.first != " ", line.contains("struct ") || line.contains("extension "),
                    let match = line.firstMatch(of: /(?:struct|extension) (\w+)/)
                {
                    suite = String(match.1)
                }
                if line.contains("@Test") { isTest = true }
                guard isTest, let suite, line.contains("func "),
                    let match = line.firstMatch(of: /func `?(\w+)/)
                else { continue }
                tests[suite, default: []].insert(String(match.1))
                isTest = false
            }
        }
        return tests
    }

    @Test(arguments: ["docs/threat-model.md", "docs/bugs.md"])
    func exist(_ document: String) throws {
        let tests = try tests()
        #expect(tests.count > 50)
        let text = try String(
            contentsOf: projectRoot.appending(path: document), encoding: .utf8)
        var count = 0
        for match in text.matches(of: /`(\w+Tests)\.(\w+)`/) {
            count += 1
            #expect(
                tests[String(match.1)]?.contains(String(match.2)) == true,
                "\(document) names \(match.1).\(match.2)")
        }
        #expect(count > 20)
    }

    /// Every threat and every fault names a test.
    @Test func everyRowNamesOne() throws {
        let text = try String(
            contentsOf: projectRoot.appending(path: "docs/threat-model.md"), encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") }
        #expect(rows.count > 30)
        for row in rows where !row.hasSuffix("| Shown by |") {
            #expect(row.contains(/`\w+Tests\.\w+`/), "\(row.prefix(60))")
        }
    }
}
