import Foundation
import Glibc
import TestSupport
import Testing

/// Arguments and files that can't be used: one line and exit status 2.
@Suite struct BadInputTests {
    private func expectRefused(_ arguments: [String], _ fragment: String = "") throws {
        let run = try Command(arguments)
        #expect(run.status == 2, "\(arguments): \(run.output)\(run.error)")
        #expect(run.error.split(separator: "\n").count == 1, "\(arguments): \(run.error)")
        #expect(
            fragment.isEmpty || run.error.contains(fragment), "\(arguments): \(run.error)")
    }

    @Test(arguments: [
        ["nonsense"], ["follow"], ["follow", "--nonsense"], ["follow", "x", "--now", "soon"],
        ["follow", "x", "--now", "-1"], ["log"], ["log", "--store"], ["show", "/tmp"],
        ["show", "-1", "/tmp"], ["show", "99999999999999999999", "/tmp"], ["state"],
        ["state", "--store", "a", "b"], ["log", ""], ["follow", "x", "--store", ""],
        ["replay", "--at", "x", "a"], ["export"],
    ])
    func arguments(_ words: [String]) throws {
        try expectRefused(words)
    }

    @Test func storesThatAreNone() throws {
        try withTemporaryDirectory { directory in
            let file = directory.appending(path: "file")
            try Data("text".utf8).write(to: file)
            let empty = directory.appending(path: "empty")
            try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
            let garbage = directory.appending(path: "garbage")
            try FileManager.default.createDirectory(at: garbage, withIntermediateDirectories: true)
            try Data((0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
                .write(to: garbage.appending(path: "data.mdb"))
            let fifo = directory.appending(path: "fifo")
            try FileManager.default.createDirectory(at: fifo, withIntermediateDirectories: true)
            #expect(mkfifo(fifo.appending(path: "data.mdb").path, 0o600) == 0)
            for path in [file.path, garbage.path, fifo.path, "/nonexistent/store"] {
                for command in ["log", "state", "replay", "export"] {
                    try expectRefused([command, path], path)
                }
                try expectRefused(["show", "0", path], path)
                let transcript = try #require(try Fixtures.transcripts.first).path
                try expectRefused(["follow", transcript, "--store", path])
            }
            // An empty directory is no store, but may become one.
            try expectRefused(["log", empty.path], empty.path)
            let transcript = try #require(try Fixtures.transcripts.first).path
            let follow = try Command(
                "follow", transcript, "--now", "\(Fixtures.now)", "--store", empty.path)
            #expect(follow.status == 0, "\(follow.error)")
        }
    }

    @Test func transcriptsThatAreNone() throws {
        try withTemporaryDirectory { directory in
            for (text, fragment) in [
                ("", "not JSON"), ("{", "not JSON"), ("[]", ""), ("\u{0}", "not JSON"),
                ("{\"scenarios\": []}", "format"),
                ("{\"format\": 1, \"scenarios\": []}", ".format"),
                ("{\"format\": \"other/1\", \"scenarios\": []}", "other/1"),
                (Self.file("{}"), ".scenarios[0]"),
                (Self.file("{\"name\": \"a\", \"odd\": 1}"), ".scenarios[0]: unknown key \"odd\""),
                (
                    Self.scenario("{\"group_info\": \"0G\", \"expect\": {\"accepted\": true}}"),
                    ".scenarios[0].initial.group_info: is not lower-case hex"
                ),
                (
                    Self.scenario("{\"group_info\": \"AA\", \"expect\": {\"accepted\": true}}"),
                    "hex"
                ),
                (
                    Self.scenario("{\"group_info\": \"00\", \"expect\": {\"accepted\": 1}}"),
                    ".initial.expect.accepted"
                ),
                (Self.scenario("{\"group_info\": \"00\", \"expect\": {\"epoch\": 1}}"), "accepted"),
                (Self.scenario("{\"expect\": {\"accepted\": false}}"), "group_info"),
                (
                    Self.scenario(
                        "{\"group_info\": \"00\", \"expect\": {\"accepted\": false, \"epohc\": 1}}"),
                    "unknown key \"epohc\""
                ),
                (String(repeating: "[", count: 100_000), ""),
            ] {
                let file = directory.appending(path: "bad.json")
                try Data(text.utf8).write(to: file)
                try expectRefused(["follow", file.path], fragment)
            }
            try expectRefused(["follow", directory.path], "can't be read")
            try expectRefused(["follow", directory.appending(path: "none").path], "does not exist")
        }
    }

    @Test func namesDoNotReachTheTerminal() throws {
        try withTemporaryDirectory { directory in
            let file = directory.appending(path: "escape.json")
            let text = Self.file(
                "{\"name\": \"\\u001b[2J\", \"cipher_suite\": 1, \"steps\": [], \"initial\": "
                    + "{\"group_info\": \"00\", \"expect\": {\"accepted\": false}}}")
            try Data(text.utf8).write(to: file)
            let run = try Command("follow", file.path)
            #expect(run.status == 0)
            #expect(!run.output.contains("\u{1b}") && run.output.contains("\\u{1b}[2J"))
        }
    }

    @Test func pathsThatAreNotText() throws {
        try withTemporaryDirectory { directory in
            let transcript = try #require(try Fixtures.transcripts.first).path
            let script =
                "cd \(directory.path) && exec \(Command.executable)"
                + " follow \(transcript) --store \"$(printf '\\377')\""
            let run = try Command(shell: script)
            #expect(run.status == 2)
            #expect(run.error.contains("UTF-8"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
        }
    }

    @Test func outputThatCannotBeWritten() throws {
        let transcript = try #require(try Fixtures.transcripts.first).path
        for arguments in ["follow \(transcript)", "follow --json \(transcript)"] {
            let run = try Command(shell: "exec \(Command.executable) \(arguments) >/dev/full")
            #expect(run.status == 2)
            #expect(run.error.contains("No space left on device"), "\(run.error)")
        }
    }

    @Test func aTranscriptThatIsNotThereMakesNoStore() throws {
        try withTemporaryDirectory { directory in
            let store = directory.appending(path: "store").path
            try expectRefused(["follow", "/nonexistent", "--store", store])
            #expect(!FileManager.default.fileExists(atPath: store))
        }
    }

    private static func file(_ scenario: String) -> String {
        "{\"format\": \"mls-public-view-transcript/1\", \"scenarios\": [\(scenario)]}"
    }

    private static func scenario(_ initial: String) -> String {
        file("{\"name\": \"a\", \"cipher_suite\": 1, \"steps\": [], \"initial\": \(initial)}")
    }
}
