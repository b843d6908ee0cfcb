import Foundation
import TestSupport
import Testing

/// The audit as a command: its processes, its exit status, and going on after an interruption.
@Suite struct AuditCommandTests {
    private func withStore(_ body: (String) throws -> Void) throws {
        try withTemporaryDirectory { directory in
            let store = directory.appending(path: "store").path
            let made = try Command(
                "generate", store, "--records", "300", "--rooms", "6", "--seed", "3")
            try #require(made.status == 0, "\(made.error)")
            try body(store)
        }
    }

    private func summary(_ run: Command) throws -> [String: Any] {
        try #require(try run.objects().last)
    }

    @Test func aSoundStoreAndItsStream() throws {
        try withStore { store in
            let audit = try Command("audit", store, "--full", "--every-row", "--json")
            #expect(audit.status == 0, "\(audit.output)")
            let found = try summary(audit)
            #expect(found["findings"] as? Int == 0)
            #expect(found["decided"] as? Int == 300 && found["rooms"] as? Int == 6)
            #expect(found["anchored"] as? Bool == false)
            let line = "'\(Command.executable)' export --stream '\(store)' > '\(store).stream'"
            #expect(try Command(shell: line).status == 0)
            let stream = try Command("audit", store + ".stream", "--full", "--json")
            #expect(stream.status == 0, "\(stream.output) \(stream.error)")
            #expect(try summary(stream)["root"] as? String == found["root"] as? String)
            var bytes = try Data(contentsOf: URL(filePath: store + ".stream"))
            bytes[bytes.count / 2] ^= 4
            try bytes.write(to: URL(filePath: store + ".stream"))
            #expect(try Command("audit", store + ".stream").status == 1)
        }
    }

    @Test func anInterruptedAuditGoesOn() throws {
        try withStore { store in
            let journal = store + ".journal"
            let first = try Command(
                "audit", store, "--full", "--json", "--from", "100", "--journal", journal)
            #expect(try summary(first)["decided"] as? Int == 200)
            // What is in the journal is not decided again; of other options it says nothing.
            let second = try Command(
                "audit", store, "--full", "--json", "--from", "100", "--journal", journal)
            #expect(second.status == 0)
            #expect(try summary(second)["decided"] as? Int == 0)
            #expect(try summary(second)["folded"] as? Int == 300)
            var text = try String(contentsOfFile: journal, encoding: .utf8)
            #expect(text.contains("\"next\""))
            // As it would be after an interruption: one room is not done.
            text.replace(/"1":\d+,?/, with: "")
            try text.replacing(",}", with: "}").write(
                toFile: journal, atomically: true, encoding: .utf8)
            let third = try Command(
                "audit", store, "--full", "--json", "--from", "100", "--journal", journal)
            let again = try #require(try summary(third)["decided"] as? Int)
            #expect((1..<200).contains(again))
            let other = try Command("audit", store, "--full", "--json", "--journal", journal)
            #expect(try summary(other)["decided"] as? Int == 300)
        }
    }

    @Test func exitStatus() throws {
        try withStore { store in
            #expect(try Command("audit", store, "--quick", "--full").status == 2)
            #expect(try Command("audit", store + "-missing").status == 3)
            let file = URL(filePath: store + "/data.mdb")
            let bytes = try Data(contentsOf: file)
            // Pages that do not fit: liblmdb never sees them. One alone may be free.
            var damaged = bytes
            let pages = 4096 * 2..<bytes.count
            damaged.replaceSubrange(pages, with: Data(repeating: 0xff, count: pages.count))
            try damaged.write(to: file)
            let audit = try Command("audit", store, "--json")
            #expect(audit.status == 1)
            #expect(try audit.objects().first?["code"] as? String == "page")
            try Data(bytes.prefix(5000)).write(to: file)
            #expect([1, 3].contains(try Command("audit", store).status))
            // A later version of LMDB's file.
            damaged = bytes
            for page in [0, 4096] { damaged[page + 20] = 9 }
            try damaged.write(to: file)
            #expect(try Command("audit", store).status == 4)
            try bytes.write(to: file)
            #expect(try Command("audit", store).status == 0)
            let doctor = try Command("doctor", store, "--json")
            #expect(try doctor.objects().first?["records"] as? Int == 300)
        }
    }
}
