import EventLog
import Foundation
import HubStore
import LMDBStore
import LogOperations
import PresentationLanguage
import RoomLog
import TestSupport
import Testing

/// A restored log has one history under its name, or says that it has not.
@Suite(.serialized) struct RestoreTests {
    private let place: StorePlace

    init() throws {
        place = try StorePlace()
    }

    private func backUp(_ scenario: String) async throws -> EventLog {
        let log = try await place.play(scenario)
        _ = try Backup.full(of: log, to: place.path("full"))
        return log
    }

    @Test func itHasAnOriginOfItsOwn() async throws {
        let log = try await backUp("e03-delivery-held-back")
        let (old, head) = (log.meta, try log.head())
        await log.close()
        let report = try await place.restore(["full"])
        #expect(report.origin == "\(old.origin)/\(hex(report.uuid.prefix(4)))")
        #expect(report.uuid != old.uuid && report.head == head)
        let named = try await place.restore(["full"], to: "named") {
            $0.continuation = .newOrigin("b.example")
        }
        #expect(named.origin == "b.example" && named.uuid != old.uuid)
        let again = try EventLog.open(at: place.path("restored"), access: .readOnly)
        #expect(again.meta.origin == report.origin && again.meta.uuid == report.uuid)
        await again.close()
        await #expect(throws: RestoreError.self) {
            try await place.restore(["full"], to: "same") {
                $0.continuation = .newOrigin(old.origin)
            }
        }
        await #expect(throws: RestoreError.self) {
            try await place.restore(["full"], to: "same") {
                $0.continuation = .sameLog
                $0.cut = .sequence(1)
            }
        }
        // The provider's hub goes on with it.
        let key = try HubSigningKey(cipherSuite: 1, privateKey: [UInt8](repeating: 1, count: 32))
        let configuration = HubConfiguration(domain: old.origin, signingKeys: [key])
        let hub = try Hub.open(at: place.path("restored"), configuration)
        await hub.close()
        #expect(throws: HubError.self) {
            try Hub.open(at: place.path("named"), configuration)
        }
    }

    @Test func everyCutIsTheLogAsItWas() async throws {
        let log = try await backUp("slides-three-providers")
        let size = try log.head().nextSequence
        #expect(size >= 4)
        for last in Set(stride(from: 0, to: size, by: 4)).union([1, size - 1]) {
            let report = try await place.restore(["full"], to: "cut-\(last)") {
                $0.cut = .sequence(last)
            }
            let head = try log.head(at: last + 1)
            #expect(report.head == head)
            #expect(report.leftOut == size - last - 1)
            let again = try EventLog.open(at: place.path("cut-\(last)"), access: .readOnly)
            #expect(try again.stateHashes() == log.stateHashes(through: last))
            try again.checkHead()
            await again.close()
        }
        await #expect(throws: RestoreError.self) {
            try await place.restore(["full"], to: "none") { $0.cut = .sequence(size) }
        }
        let time = try #require(try log.record(at: 1)).envelope.timeMs
        let report = try await place.restore(["full"], to: "time") { $0.cut = .time(time) }
        #expect(report.head.timeMs == time && report.leftOut > 0)
        let before = try await place.restore(["full"], to: "before") { $0.cut = .time(0) }
        #expect(before.head.nextSequence == 0 && before.rooms == 0)
        let after = try await place.restore(["full"], to: "after") { $0.cut = .time(.max) }
        #expect(after.leftOut == 0)
        await log.close()
    }

    @Test func aForkIsRecorded() async throws {
        let log = try await backUp("e03-delivery-held-back")
        let (old, known) = (log.meta, try log.head())
        let hashes = try log.stateHashes(through: 2)
        await log.close()
        let report = try await place.restore(["full"]) {
            $0.cut = .sequence(2)
            $0.continuation = .fork(reason: "the disk failed")
        }
        #expect(report.origin == old.origin && report.uuid != old.uuid && report.fork == 3)
        let again = try EventLog.open(at: place.path("restored"), access: .readWrite)
        let record = try #require(try again.record(at: 3))
        #expect(record.envelope.room == Room.hub && record.envelope.kind == 6)
        let notice = try ForkNotice(parsing: #require(record.payload).evidence)
        #expect(notice.origin == Array(old.origin.utf8) && notice.uuid == old.uuid)
        #expect(notice.knownSize == known.nextSequence && notice.knownRoot == known.frontier.root)
        #expect(notice.size == 3 && notice.reason == Array("the disk failed".utf8))
        // Rooms know nothing of it.
        #expect(try again.stateHashes() == hashes)
        try again.checkHead()
        // A log that forked can be backed up, restored and fork again.
        _ = try Backup.full(of: again, to: place.path("second"))
        await again.close()
        let twice = try await place.restore(["second"], to: "twice") {
            $0.continuation = .fork(reason: "again")
        }
        #expect(twice.fork == 4 && twice.head.nextSequence == 5)
    }

    @Test func aDryRunSaysTheSameAndLeavesNothing() async throws {
        let log = try await backUp("e03-delivery-held-back")
        await log.close()
        let dry = try await place.restore(["full"]) {
            $0.isDryRun = true
            $0.continuation = .newOrigin("new.example")
            $0.cut = .sequence(1)
        }
        #expect(place.names == ["full", "store"])
        let wet = try await place.restore(["full"]) {
            $0.continuation = .newOrigin("new.example")
            $0.cut = .sequence(1)
        }
        #expect(dry.head == wet.head && dry.rooms == wet.rooms && dry.leftOut == wet.leftOut)
    }

    /// What follows from the records is made of them again.
    @Test(arguments: [
        "b12-fixed-membership", "b13-parent-room", "b15-closed-room", "e03-delivery-held-back",
        "b07-banned-role", "slides-three-providers",
    ])
    func rowsFromRecordsAreThoseOfTheHub(_ scenario: String) async throws {
        let log = try await backUp(scenario)
        let before = try Projection.inline.map { try Self.rows(of: $0, in: log) }
        #expect(!before[0].isEmpty)
        await log.close()
        _ = try await place.restore(["full"], to: "again") {
            $0.continuation = .newOrigin("b.example")
        }
        let again = try EventLog.open(at: place.path("again"), access: .readOnly)
        #expect(try Projection.inline.map { try Self.rows(of: $0, in: again) } == before)
        #expect(try RoomLog(again, profile: .plain).checkProjections().isEmpty)
        await again.close()
    }

    private static func rows(
        of projection: Projection, in log: EventLog
    ) throws -> [[UInt8]: [UInt8]] {
        var rows: [[UInt8]: [UInt8]] = [:]
        try log.allRows(beginning: [], of: projection) { rows[$0] = $1 }
        return rows
    }

    /// What an import leaves that was stopped behind the records.
    @Test func aHubRefusesRowsThatLagBehind() async throws {
        let log = try await place.play("e03-delivery-held-back")
        try await place.prefix(of: log, 2, to: "prefix")
        let domain = log.meta.origin
        var tail: [UInt8] = []
        try log.export(from: 2, withRows: false) { tail += $0 }
        await log.close()
        let key = try HubSigningKey(cipherSuite: 1, privateKey: [UInt8](repeating: 1, count: 32))
        let configuration = HubConfiguration(domain: domain, signingKeys: [key])
        #expect(throws: HubError.self) {
            try Hub.open(at: place.path("prefix"), configuration)
        }
        let follower = try EventLog.open(at: place.path("prefix"), access: .readWrite)
        let file = place.path("tail")
        try Data(tail).write(to: URL(filePath: file))
        let added = try await StreamImport.add(to: follower) { () throws(StoreError) in
            try InputFile(file).read
        }
        #expect(added.count > 0)
        #expect(try RoomLog(follower, profile: .plain).checkProjections().isEmpty)
        await follower.close()
        let hub = try Hub.open(at: place.path("prefix"), configuration)
        await hub.close()
    }

    @Test func aWholeStreamIsABackupToo() async throws {
        let log = try await place.play("e03-delivery-held-back")
        _ = try Backup.increment(of: log, since: BackupPoint(size: 0), to: place.path("stream"))
        let all = try log.everything()
        await log.close()
        _ = try await place.restore(["stream"]) { $0.continuation = .sameLog }
        let again = try EventLog.open(at: place.path("restored"), access: .readOnly)
        #expect(try again.everything() == all)
        await again.close()
    }
}
