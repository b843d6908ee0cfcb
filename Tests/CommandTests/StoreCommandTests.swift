import Foundation
import TestSupport
import Testing

/// The commands on a store that `follow` made.
@Suite struct StoreCommandTests {
    private let now = "\(Fixtures.now)"

    @Test func followThenReplay() throws {
        try withTemporaryDirectory { directory in
            let store = directory.appending(path: "store").path
            let files = try Fixtures.transcripts.map(\.path)
            let follow = try Command(["follow", "--now", now, "--store", store, "--json"] + files)
            #expect(follow.status == 0, "\(follow.error)")
            let steps = try follow.objects().filter { $0["accepted"] as? Bool == true }

            let log = try Command("log", store, "--json").objects()
            #expect(log.count == steps.count)
            #expect(log.map { $0["seq"] as? Int } == (0..<steps.count).map { $0 })
            for (record, step) in zip(log, steps) {
                let room = try #require(record["room"] as? String)
                let seq = try #require(record["seq"] as? Int)
                let state = try #require(
                    try Command("state", store, "--json", "--room", room, "--at", "\(seq)")
                        .objects().first)
                for key in [
                    "epoch", "tree_hash", "confirmed_transcript_hash", "interim_transcript_hash",
                    "group_context",
                ] {
                    #expect("\(state[key] ?? "")" == "\(step[key] ?? "")", "record \(seq): \(key)")
                }
                #expect(state["state_hash"] as? String == record["state_hash"] as? String)
            }

            let replay = try Command("replay", "--store", store, "--json")
            #expect(replay.status == 0)
            for room in try replay.objects() {
                #expect(room["ok"] as? Bool == true)
                let last = log.last { $0["room"] as? String == room["room"] as? String }
                #expect(room["state_hash"] as? String == last?["state_hash"] as? String)
            }
            #expect(try Command("show", "0", store).status == 0)
            #expect(try Command("show", "\(steps.count)", store).status == 2)
            #expect(try Command("state", store, "--room", "nobody").status == 2)
            #expect(try Command("state", store, "--at", "\(steps.count)").status == 2)
            #expect(try Command("replay", store, "--at", "\(steps.count)").status == 2)
        }
    }

    @Test func exportIsOneDocument() throws {
        try withTemporaryDirectory { directory in
            let store = directory.appending(path: "store").path
            let files = try Fixtures.transcripts.map(\.path)
            #expect(try Command(["follow", "--now", now, "--store", store] + files).status == 0)
            let export = try Command("export", store)
            let document = try #require(
                try JSONSerialization.jsonObject(with: Data(export.output.utf8)) as? [String: Any])
            #expect(document["format"] as? String == "mimi-hub-store-export/1")
            let rooms = try #require(document["rooms"] as? [[String: Any]])
            #expect(!rooms.isEmpty)
            let schema = try #require(
                try JSONSerialization.jsonObject(
                    with: Data(
                        contentsOf: projectRoot.appending(path: "Schemas/state.schema.json")))
                    as? [String: Any])
            let known = try #require(schema["properties"] as? [String: Any])
            let required = try #require(schema["required"] as? [String])
            for room in rooms {
                #expect(Set(room.keys).isSubset(of: known.keys))
                #expect(Set(required).isSubset(of: room.keys))
            }
            #expect(try Command("export", store).output == export.output)
        }
    }

    @Test func aWrongExpectationIsExitStatusOne() throws {
        try withTemporaryDirectory { directory in
            let file = directory.appending(path: "wrong.json")
            let fixture = try #require(try Fixtures.transcripts.first)
            let text = try String(contentsOf: fixture, encoding: .utf8)
            let changed = text.replacing("\"accepted\": false", with: "\"accepted\": true")
                .replacing("\"accepted\":false", with: "\"accepted\":true")
            #expect(changed != text)
            try Data(changed.utf8).write(to: file)
            let run = try Command("follow", file.path, "--now", now)
            #expect(run.status == 1)
            #expect(run.output.contains("FAIL"))
        }
    }

    /// Damage that `replay` sees is in what the records prove; a lost or older meta page is not.
    @Test func damagedRowsAreNoticed() throws {
        try withTemporaryDirectory { directory in
            let store = directory.appending(path: "store")
            let files = try Fixtures.transcripts.map(\.path)
            let arguments = ["follow", "--now", now, "--store", store.path] + files
            #expect(try Command(arguments).status == 0)
            let path = store.appending(path: "data.mdb")
            let sound = try Data(contentsOf: path)
            // The rooms' URIs stand in their rows, and nowhere else.
            let name = Data("mimi://transcripts.invalid/r/".utf8)
            var noticed = 0
            var start = sound.startIndex
            while let range = sound.range(of: name, in: start..<sound.endIndex) {
                start = range.upperBound
                // The byte before the URI and its length is the last of the state hash.
                var damaged = sound
                damaged[range.lowerBound - 4] ^= 1
                try damaged.write(to: path)
                if try Command("replay", store.path).status == 1 { noticed += 1 }
            }
            #expect(noticed >= 2)
            try sound.write(to: path)
            #expect(try Command("replay", store.path).status == 0)
        }
    }

    /// Whatever a flipped bit does, the command ends by itself.
    @Test func flippedBitsEndNoCommandBySignal() throws {
        try withTemporaryDirectory { directory in
            let store = directory.appending(path: "store")
            let files = try Fixtures.transcripts.map(\.path)
            let arguments = ["follow", "--now", now, "--store", store.path] + files
            #expect(try Command(arguments).status == 0)
            let path = store.appending(path: "data.mdb")
            let sound = try Data(contentsOf: path)
            var random = SplitMix64(state: 3)
            for _ in 0..<200 {
                var damaged = sound
                // Half of the flips in page headers, where liblmdb believes everything.
                let page = Int.random(in: 0..<sound.count / 4096, using: &random) * 4096
                let place =
                    page
                    + Int.random(in: 0..<(Bool.random(using: &random) ? 24 : 4096), using: &random)
                damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                try damaged.write(to: path)
                let run = try Command("replay", store.path)
                #expect((0...2).contains(run.status), "byte \(place): \(run.status)")
                #expect(run.status != 2 || run.error.split(separator: "\n").count == 1)
            }
        }
    }

    @Test func twoFollowersAtOnce() throws {
        try withTemporaryDirectory { directory in
            let store = directory.appending(path: "store").path
            let file = try #require(try Fixtures.transcripts.first).path
            let one = "\(Command.executable) follow \(file) --now \(now) --store \(store)"
            let script =
                "\(one) || exit 9; for i in 1 2 3; do \(one) & done; "
                + "wait %1 && wait %2 && wait %3"
            let run = try Command(shell: script)
            #expect(run.status == 0, "\(run.error)")
            let rooms = try Command("replay", store, "--json").objects()
            #expect(rooms.count == 8 && rooms.allSatisfy { $0["ok"] as? Bool == true })
        }
    }

    @Test func followingTwiceMakesNewRooms() throws {
        try withTemporaryDirectory { directory in
            let store = directory.appending(path: "store").path
            let file = try #require(try Fixtures.transcripts.first).path
            for _ in 0..<2 {
                let run = try Command("follow", file, "--now", now, "--store", store)
                #expect(run.status == 0)
            }
            let rooms = try Command("replay", store, "--json").objects()
            let names = rooms.compactMap { $0["room"] as? String }
            #expect(Set(names).count == names.count && names.count.isMultiple(of: 2))
        }
    }
}
