import Foundation
import TestSupport
import Testing

/// Backup, restore, streams and MLS objects, by the command.
@Suite struct OperationCommandTests {
    private func withStore(_ body: (_ directory: URL, _ store: String) throws -> Void) throws {
        try withTemporaryDirectory { directory in
            let store = directory.appending(path: "store").path
            let files = try Fixtures.transcripts.map(\.path)
            let arguments = ["follow", "--now", "\(Fixtures.now)", "--store", store] + files
            #expect(try Command(arguments).status == 0)
            try body(directory, store)
        }
    }

    @Test func backUpAndRestore() throws {
        try withStore { directory, store in
            func path(_ name: String) -> String { directory.appending(path: name).path }
            let full = try Command("backup", store, path("full"), "--json")
            #expect(full.status == 0, "\(full.error)")
            let summary = try #require(try full.objects().first)
            let size = try #require(summary["size"] as? Int)
            #expect(summary["records"] as? Int == size && size > 5)
            #expect(try Command("backup", store, path("part"), "--since", "3").status == 0)
            #expect(try Command("backup", store, path("rest"), "--since", path("full")).status == 0)
            #expect(try Command("backup", store, path("no"), "--since", "999").status == 1)
            #expect(try Command("backup", store, path("full")).status == 3)
            #expect(try Command("backup", path("nothing"), path("no")).status == 3)

            let same = try Command(
                "restore", path("full"), path("rest"), "--to", path("same"), "--same-log", "--json")
            #expect(same.status == 0, "\(same.error)")
            let restored = try #require(try same.objects().first)
            #expect(restored["root"] as? String == summary["root"] as? String)
            #expect(restored["uuid"] as? String == summary["uuid"] as? String)
            for command in ["log", "replay", "state", "export"] {
                #expect(
                    try Command(command, path("same")).output == Command(command, store).output)
            }
            let dry = try Command("restore", path("full"), "--to", path("dry"), "--dry-run")
            #expect(dry.status == 0 && !FileManager.default.fileExists(atPath: path("dry")))
            #expect(try Command("restore", path("part"), "--to", path("no")).status == 1)
            #expect(try Command("restore", path("none"), "--to", path("no")).status == 3)
            #expect(
                try Command("restore", path("full"), "--to", path("no"), "--until-seq", "999")
                    .status == 2)
            #expect(
                try Command(
                    "restore", path("full"), "--to", path("no"), "--fork", "a", "--same-log"
                )
                .status == 2)
            try Data("mimi-hub-store-backup/7\n".utf8).write(
                to: directory.appending(path: "full/manifest"))
            #expect(try Command("restore", path("full"), "--to", path("no")).status == 4)
            #expect(!FileManager.default.fileExists(atPath: path("no")))
        }
    }

    @Test func aForkIsListed() throws {
        try withStore { directory, store in
            let stream = directory.appending(path: "stream").path
            let fork = directory.appending(path: "fork").path
            #expect(try Command("backup", store, stream, "--since", "0").status == 0)
            let run = try Command(
                "restore", stream, "--to", fork, "--until-seq", "4", "--fork", "tests", "--json")
            #expect(try run.objects().first?["fork"] as? Int == 5)
            let log = try Command("log", fork, "--json").objects()
            #expect(log.count == 6 && log.last?["room"] as? String == "(hub)")
            #expect(log.last?["kind"] as? String == "fork")
            #expect(try Command("show", "5", fork).output.contains("(hub)"))
            #expect(try Command("replay", fork).status == 0)
            #expect(
                try Command("state", fork).output == Command("state", store, "--at", "4").output)
        }
    }

    @Test func streams() throws {
        try withStore { directory, store in
            let file = directory.appending(path: "stream").path
            let copy = directory.appending(path: "copy").path
            let piped = directory.appending(path: "piped").path
            let hubstore = Command.executable
            #expect(
                try Command(shell: "\(hubstore) export --stream \(store) > \(file)").status == 0)
            #expect(try Command("import", file, "--to", copy).status == 0)
            let pipe = "\(hubstore) export --stream \(copy) | \(hubstore) import - --to \(piped)"
            #expect(try Command(shell: pipe).status == 0)
            let again = "\(hubstore) export --stream \(piped) | cmp - \(file)"
            #expect(try Command(shell: again).status == 0)
            for command in ["log", "replay", "export"] {
                #expect(try Command(command, piped).output == Command(command, store).output)
            }
            // Nothing new: the end of the same log.
            let rest = directory.appending(path: "rest").path
            let size = try Command("log", store, "--json").objects().count
            let tail = "\(hubstore) export --stream \(store) --from \(size) > \(rest)"
            #expect(try Command(shell: tail).status == 0)
            let added = try Command("import", rest, "--to", copy, "--json")
            #expect(try added.objects().first?["records"] as? Int == 0)
            #expect(try Command("import", file, "--to", copy).status == 1)

            let sound = try Data(contentsOf: URL(filePath: file))
            var damaged = sound
            damaged[damaged.count / 2] ^= 1
            try damaged.write(to: URL(filePath: file))
            #expect(try Command("import", file, "--to", copy + "2").status == 1)
            try sound.dropLast(7).write(to: URL(filePath: file))
            #expect(try Command("import", file, "--to", copy + "2").status == 1)
            damaged = sound
            damaged[8] = 2
            try damaged.write(to: URL(filePath: file))
            #expect(try Command("import", file, "--to", copy + "2").status == 4)
            try Data("no stream".utf8).write(to: URL(filePath: file))
            #expect(try Command("import", file, "--to", copy + "2").status == 3)
            #expect(try Command("import", file + "x", "--to", copy + "2").status == 3)
            #expect(!FileManager.default.fileExists(atPath: copy + "2"))
            #expect(try Command("export", store, "--stream", "--at", "3").status == 2)
        }
    }

    @Test func mlsObjects() throws {
        try withStore { directory, store in
            let output = directory.appending(path: "mls")
            #expect(try Command("export", store, "--mls", output.path).status == 0)
            #expect(try Command("export", store, "--mls", output.path).status == 3)
            let index = try #require(
                try JSONSerialization.jsonObject(
                    with: Data(contentsOf: output.appending(path: "rooms.json"))) as? [String: Any])
            #expect(index["format"] as? String == "mimi-hub-store-mls-objects/1")
            let rooms = try #require(index["rooms"] as? [[String: Any]])
            #expect(rooms.count == 2)
            for room in rooms {
                let place = output.appending(path: try #require(room["directory"] as? String))
                let tree = try Data(contentsOf: place.appending(path: "ratchet_tree.mls"))
                #expect(!tree.isEmpty)
                let groupInfo = place.appending(path: "groupinfo.mls").path
                let exists = FileManager.default.fileExists(atPath: groupInfo)
                #expect(room["group_info"] as? Bool == exists)
            }
        }
    }

    @Test func statesByEpochAndTime() throws {
        try withStore { _, store in
            let log = try Command("log", store, "--json").objects()
            let room = try #require(log.first?["room"] as? String)
            let own = log.filter { $0["room"] as? String == room }
            let epochs = Set(own.compactMap { $0["epoch"] as? Int })
            #expect(epochs.count > 2)
            for epoch in epochs {
                let last = try #require(own.last { $0["epoch"] as? Int == epoch })
                let state = try Command(
                    "state", store, "--room", room, "--epoch", "\(epoch)", "--json")
                #expect(
                    try state.objects().first?["state_hash"] as? String
                        == last["state_hash"] as? String)
                let replay = try Command(
                    "replay", store, "--room", room, "--epoch", "\(epoch)", "--json")
                #expect(
                    try replay.objects().first?["state_hash"] as? String
                        == last["state_hash"] as? String)
            }
            let none = try Command("state", store, "--room", room, "--epoch", "999")
            #expect(none.status == 2)
            #expect(try Command("state", store, "--epoch", "1").status == 2)
            #expect(
                try Command("state", store, "--room", room, "--epoch", "1", "--at", "1").status == 2
            )
            let now = try Command("state", store, "--time", "\(Fixtures.now)")
            #expect(now.output == (try Command("state", store).output))
            #expect(try Command("state", store, "--time", "1").output.isEmpty)
            #expect(try Command("export", store, "--time", "\(Fixtures.now)").status == 0)
        }
    }
}
