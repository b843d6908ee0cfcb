import Foundation
import TestSupport
import Testing

/// Stores that are made to be large, here smaller ones; `Tools/large-store` makes the large one.
@Suite struct LargeStoreTests {
    /// All that `Tools/large-store` compares.
    @Test func everyWayLeadsToTheSameStore() throws {
        let script = projectRoot.appending(path: "Tools/large-store").path
        let run = try Command(shell: "HUBSTORE='\(Command.executable)' '\(script)' 1500 50")
        #expect(run.status == 0, "\(run.output) \(run.error)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("same") } >= 15)
        #expect(!lines.contains { $0.hasPrefix("DIFFERENT") })
    }

    @Test func aSeedAlwaysLeadsToTheSameRooms() throws {
        try withTemporaryDirectory { directory in
            var states: [Set<Substring>] = []
            for (name, seed) in [("a", 5), ("b", 5), ("c", 6)] {
                let store = directory.appending(path: name).path
                let made = try Command(
                    "generate", store, "--records", "300", "--rooms", "10", "--seed", "\(seed)",
                    "--json")
                #expect(made.status == 0, "\(made.error)")
                let counts = try #require(try made.objects().first)
                #expect(counts["records"] as? Int == 300)
                let commits = try #require(counts["commits"] as? Int)
                let paths = try #require(counts["paths"] as? Int)
                #expect(paths * 5 >= commits && paths < commits)
                let replay = try Command("replay", store)
                #expect(replay.status == 0)
                states.append(Set(replay.output.split(separator: "\n")))
            }
            #expect(states[0] == states[1])
            #expect(states[0].isDisjoint(with: states[2]))
        }
    }

    @Test func whatCannotBeMadeIsRefused() throws {
        try withTemporaryDirectory { directory in
            let store = directory.appending(path: "store").path
            #expect(
                try Command("generate", store, "--records", "9", "--rooms", "10").status == 2)
            #expect(try Command("generate", "", "--records", "9", "--rooms", "1").status == 2)
            #expect(try Command("bench", "open", "--records", "1000,x").status == 2)
            #expect(try Command("bench", "open", "--records", "10", "--rooms", "11").status == 2)
            #expect(try Command("bench", "reader", "--seconds", "0").status == 2)
            let made = try Command("generate", store, "--records", "10", "--rooms", "2")
            #expect(made.status == 0)
            #expect(try Command("bench", "open", "--records", "10", "--store", store).status == 2)
        }
    }

    /// Sixteen times as many records take a level or two more in each tree, and the pages of these.
    @Test func openingReadsTheSamePagesOfALargerStore() throws {
        let run = try Command(
            "bench", "open", "--records", "1000,16000", "--rooms", "100", "--json")
        #expect(run.status == 0, "\(run.error)")
        let sizes = try run.objects()
        #expect(sizes.map { $0["records"] as? Int } == [1000, 16000])
        func faults(_ size: [String: Any]) throws -> Int {
            let warm = try #require(size["warm"] as? [String: [String: Any]])
            let (open, read) = (warm["open"]?["faults"], warm["read"]?["faults"])
            return try #require(open as? Int) + #require(read as? Int)
        }
        let (small, large) = (try faults(sizes[0]), try faults(sizes[1]))
        #expect(large < 4 * small, "\(small) and \(large) pages")
    }

    @Test func slowReadersDoNotMakeTheFileGrow() throws {
        let run = try Command("bench", "reader", "--seconds", "3", "--rooms", "20", "--json")
        #expect(run.status == 0, "\(run.error)")
        let measured = try #require(try run.objects().first)
        for key in ["records", "subscribed", "exported"] {
            #expect(measured[key] as? Int ?? 0 > 0, "\(key)")
        }
        let file = try #require(measured["file_bytes"] as? Int)
        let bound = try #require(measured["bound_bytes"] as? Int)
        #expect(file <= bound)
    }
}
