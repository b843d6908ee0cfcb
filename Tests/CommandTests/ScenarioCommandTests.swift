import Foundation
import TestSupport
import Testing

/// `hubstore scenario` as it is typed.
@Suite(.serialized) struct ScenarioCommandTests {
    private static let library = projectRoot.appending(path: "Tests/ScenarioTests/Scenarios")

    private func file(_ name: String) -> String {
        Self.library.appending(path: "\(name).json").path
    }

    /// The store stays where it is wanted, and other commands read it.
    @Test func aStoreThatStays() async throws {
        try await withStorePath { store in
            let slides = file("slides-three-providers")
            let first = try Command("scenario", slides, "--store", store)
            #expect(first.status == 0)
            #expect(first.output.contains("20 steps, 0 not as expected"))
            let state = try Command("state", "--store", store, "--json")
            #expect(state.status == 0)
            #expect(state.output.contains(#""room":"mimi://a.example/r/clubhouse""#))
            #expect(try Command("replay", store).status == 0)
            // A store is there already.
            #expect(try Command("scenario", slides, "--store", store).status == 2)
        }
    }

    /// What the example of an embedded hub is fed with is what the scenario makes.
    @Test func aRecording() throws {
        try withTemporaryDirectory { directory in
            let file = directory.appending(path: "requests.jsonl")
            let run = try Command(
                "scenario", self.file("slides-three-providers"), "--record", file.path)
            #expect(run.status == 0)
            let recorded = try String(contentsOf: file, encoding: .utf8)
            let kept = try String(
                contentsOf: Fixtures.directory.appending(path: "requests/three-providers.jsonl"),
                encoding: .utf8)
            #expect(recorded == kept)
        }
    }

    @Test func linesOfJSON() throws {
        let run = try Command("scenario", file("e04-race-of-ten-committers"), "--json")
        #expect(run.status == 0)
        let lines = run.output.split(separator: "\n")
        #expect(lines.contains { $0.contains(#""step":"2.9""#) })
        for line in lines {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            let keys = Set((object as? [String: Any] ?? [:]).keys)
            #expect(
                keys == [
                    "step", "code", "rule", "detail", "epoch", "state_hash", "seq", "ok",
                ])
        }
        #expect(
            try Command("scenario", file("e04-race-of-ten-committers"), "--json").output
                == run.output)
    }

    @Test func severalFilesAndBadOnes() async throws {
        try await withStorePath { store in
            let two = try Command(
                "scenario", file("e01-voice"), file("f20-kick"), "--store", store)
            #expect(two.status == 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: store).count == 2)
        }
        #expect(try Command("scenario", "/nowhere.json").status == 2)
        try await withStorePath { path in
            try Data("{}".utf8).write(to: URL(filePath: path))
            let bad = try Command("scenario", path)
            #expect(bad.status == 2)
            #expect(bad.error.contains("has no key \"scenario\""))
        }
    }
}
