import EventLog
import Foundation
import HubStore
import LMDBStore
import LogOperations
import PresentationLanguage
import RoomLog
import TestSupport
import Testing

/// What is restored is what was backed up.
@Suite(.serialized) struct BackupTests {
    private let place: StorePlace

    init() throws {
        place = try StorePlace()
    }

    @Test(arguments: ["b12-fixed-membership", "e03-delivery-held-back", "b13-parent-room"])
    func aFullBackupIsTheSameLog(_ scenario: String) async throws {
        let log = try await place.play(scenario)
        let report = try Backup.full(of: log, to: place.path("full"))
        let (all, head, hashes) = (try log.everything(), try log.head(), try log.stateHashes())
        #expect(report.first == 0 && report.end == head && !hashes.isEmpty)
        await log.close()
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: place.path("full")).sorted()
                == ["data.mdb", "manifest"])
        let restored = try await place.restore(["full"]) { $0.continuation = .sameLog }
        #expect(restored.head == head && restored.leftOut == 0 && restored.fork == nil)
        let again = try EventLog.open(at: place.path("restored"), access: .readOnly)
        #expect(try again.everything() == all)
        #expect(try again.stateHashes() == hashes)
        await again.close()
    }

    @Test func incrementsContinueIt() async throws {
        let log = try await place.play("e03-delivery-held-back")
        let (all, hashes, size) = (
            try log.everything(), try log.stateHashes(), try log.head().nextSequence
        )
        #expect(size >= 4)
        try await place.prefix(of: log, 2, to: "early")
        try await place.prefix(of: log, 3, to: "later")
        try await backUp("early", to: "full")
        try await backUp("later", to: "one", since: "full")
        let point = try BackupPoint(ofBackupAt: place.path("one"))
        let second = try Backup.increment(of: log, since: point, to: place.path("two"))
        let head = try log.head()
        #expect(second.first == 3 && second.end == head)
        // From the full one straight on, too.
        _ = try Backup.increment(
            of: log, since: BackupPoint(ofBackupAt: place.path("full")), to: place.path("both"))
        await log.close()
        for (name, sources) in [("a", ["full", "one", "two"]), ("b", ["full", "both"])] {
            _ = try await place.restore(sources, to: name) { $0.continuation = .sameLog }
            let again = try EventLog.open(at: place.path(name), access: .readOnly)
            #expect(try again.everything() == all)
            #expect(try again.stateHashes() == hashes)
            await again.close()
        }
        for wrong in [
            ["full", "two"], ["one", "two"], ["full", "two", "one"], ["full", "one", "one"],
        ] {
            let error = await restoreError(wrong, to: "wrong")
            guard case .store(let error)? = error,
                case .damaged(table: "stream", _, _) = error.reason
            else {
                Issue.record("\(wrong): \(String(describing: error))")
                continue
            }
        }
        #expect(!place.names.contains { $0.contains("wrong") })
    }

    private func backUp(_ name: String, to target: String, since: String? = nil) async throws {
        let log = try EventLog.open(at: place.path(name), access: .readOnly)
        if let since {
            let point = try BackupPoint(ofBackupAt: place.path(since))
            _ = try Backup.increment(of: log, since: point, to: place.path(target))
        } else {
            _ = try Backup.full(of: log, to: place.path(target))
        }
        await log.close()
    }

    private func restoreError(
        _ sources: [String], to name: String = "restored",
        _ change: (inout Restore) -> Void = { _ in }
    ) async -> RestoreError? {
        do {
            _ = try await place.restore(sources, to: name, change)
            return nil
        } catch {
            return error as? RestoreError
        }
    }

    @Test func anIncrementOfAnotherLogIsRefused() async throws {
        let log = try await place.play("e03-delivery-held-back")
        _ = try Backup.full(of: log, to: place.path("full"))
        await log.close()
        // A scenario played again makes the same log.
        let other = try await place.play("b12-fixed-membership", to: "other")
        #expect(throws: StoreError.self) {
            try Backup.increment(
                of: other, since: BackupPoint(ofBackupAt: place.path("full")),
                to: place.path("increment"))
        }
        #expect(throws: StoreError.self) {
            try Backup.increment(
                of: other, since: BackupPoint(size: 999), to: place.path("increment"))
        }
        await other.close()
        #expect(place.names == ["full", "other", "store"])
    }

    @Test func aDamagedBackupIsRefused() async throws {
        let log = try await place.play("b12-fixed-membership")
        _ = try Backup.full(of: log, to: place.path("full"))
        await log.close()
        let path = URL(filePath: place.path("full/data.mdb"))
        let sound = try Data(contentsOf: path)
        var random = SplitMix64(state: 5)
        for _ in 0..<20 {
            var damaged = sound
            damaged[Int.random(in: 0..<sound.count, using: &random)] ^= 1
            try damaged.write(to: path)
            guard case .store(let error)? = await restoreError(["full"]) else {
                Issue.record("a flipped bit")
                continue
            }
            #expect(
                error.reason
                    == .damaged(
                        table: "backup", number: 0, what: "its data are not the manifest's"))
        }
        try sound.write(to: path)
        let manifest = URL(filePath: place.path("full/manifest"))
        let text = try Data(contentsOf: manifest)
        for index in text.indices {
            var damaged = text
            damaged[index] ^= 1
            try damaged.write(to: manifest)
            #expect(await restoreError(["full"]) != nil, "byte \(index)")
        }
        try Data(String(decoding: text, as: UTF8.self).replacing("/1\n", with: "/2\n").utf8)
            .write(to: manifest)
        guard case .store(let error)? = await restoreError(["full"]) else { return }
        #expect(error.reason == .unknownFormat(of: "backup", found: 2))
        try text.write(to: manifest)
        #expect(await restoreError(["full"]) { $0.isDryRun = true } == nil)
        #expect(place.names == ["full", "store"])
    }

    @Test func whatIsThereIsNotReplaced() async throws {
        let log = try await place.play("b12-fixed-membership")
        _ = try Backup.full(of: log, to: place.path("full"))
        #expect(throws: StoreError.self) { try Backup.full(of: log, to: place.path("full")) }
        _ = try Backup.increment(of: log, since: BackupPoint(size: 1), to: place.path("part"))
        #expect(throws: StoreError.self) {
            try Backup.increment(of: log, since: BackupPoint(size: 1), to: place.path("part"))
        }
        await log.close()
        guard case .store(let error)? = await restoreError(["full"], to: "store") else {
            Issue.record("a store was replaced")
            return
        }
        #expect(error.reason == .alreadyExists(path: place.path("store")))
        #expect(place.names == ["full", "part", "store"])
    }
}
