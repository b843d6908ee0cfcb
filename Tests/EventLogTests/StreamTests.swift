import EventLog
import Foundation
import LMDBStore
import MLSCrypto
import PresentationLanguage
import Testing

/// A stream makes the same log again.
@Suite struct StreamTests {
    private let place = LogPlace()
    private let copy = LogPlace()

    static let tables =
        [
            "head", "log", "payload", "room", "room_uri", "room_log", "idem", "idem_seq", "queue",
            "delivery", "meta",
        ] + Shelf.allCases.map(\.rawValue)

    /// Records of some rooms with all that goes with them.
    static func fill(_ log: EventLog, _ count: Int, from start: Int = 0) async throws {
        for number in start..<start + count {
            var item: Append
            let room = UInt64(number % 5) + 1
            if let last = try log.room(room) {
                let envelope = try #require(try log.record(at: last.row.gseq)).envelope
                item = .after(
                    envelope, timeMs: UInt64(1000 + number), epoch: UInt64(number),
                    state: UInt8(number % 256), payload: evidence(number * 613 % 9000))
            } else {
                item = .new("mimi://a/\(room)", timeMs: UInt64(1000 + number))
            }
            if number % 3 == 0 { item.request = SHA256.hash([UInt8(number % 256)], [1]) }
            item.status = UInt8(number % 7)
            item.sideRows.put([UInt8(number % 256)], for: [UInt8(number % 11)], on: .consent)
            item.sideRows.put(room.encoded, for: room.encoded + [7], on: .joinCode)
            item.sideRows.deliver([UInt8](repeating: 9, count: number * 100), to: [UInt8(room)])
            try await log.add(item)
        }
    }

    private func expectEqual(_ tables: [String] = tables) async throws {
        for table in tables {
            let (old, new) = (try await place.rows(table), try await copy.rows(table))
            #expect(old.map(\.key) == new.map(\.key), "\(table)")
            #expect(old.map(\.value) == new.map(\.value), "\(table)")
        }
    }

    @Test func everyRowOfEveryTableIsTheSame() async throws {
        let log = try place.create()
        try await Self.fill(log, 60)
        try await log.add(.new("mimi://a/long", payload: evidence(200_000)))
        try await log.add(.hub(timeMs: 5))
        try await log.add(.hub(timeMs: 6))
        let bytes = try log.stream()
        let head = try log.head()
        await log.close()
        let imported = try await EventLog.importing(
            input(bytes), at: copy.store, configuration: .small)
        #expect(imported.count == 63 && imported.head == head)
        #expect(imported.origin == "hub.example/log")
        try await expectEqual()
        // And so is what it is exported as.
        let again = try copy.open()
        #expect(try again.stream() == bytes)
        try again.checkHead()
        await again.close()
    }

    /// The layout of docs/streams.md.
    @Test func everyByteIsWhereItIsDrawn() async throws {
        let log = try place.create()
        var item = Append.new("mimi://a/1", payload: evidence(100))
        item.request = digest(7)
        item.status = 3
        item.sideRows.put([1], for: [2], on: .consent)
        try await log.add(item)
        let (uuid, head) = (log.meta.uuid, try log.head())
        let frames = StreamBytes(try log.stream()).frames
        await log.close()
        func field(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count)] + bytes }
        let zero: [UInt8] = [1] + [UInt8](repeating: 0, count: 16)
        let stored = try await place.rows("payload")[0].value
        let length: [UInt8] = [0x40, UInt8(stored.count - 33)]
        let expected: [(UInt8, [UInt8])] = [
            (1, field(Array("hub.example/log".utf8)) + uuid + [1] + zero),
            (2, UInt64(1).encoded + field(Array("mimi://a/1".utf8))),
            (
                3,
                try await place.rows("log")[0].value + [1] + digest(7).bytes + [0]
                    + stored.prefix(33) + length + stored.dropFirst(33)
            ),
            (4, UInt64(1).encoded + [3]),
            (5, field(Array("consent".utf8)) + field([2]) + field([1])),
            (6, head.encoded),
        ]
        #expect(frames.map(\.type) == expected.map(\.0))
        for (frame, (type, body)) in zip(frames, expected) {
            #expect(frame.body == body, "frame \(type)")
        }
    }

    @Test func anEmptyLogIsAStream() async throws {
        let log = try place.create()
        let bytes = try log.stream()
        await log.close()
        #expect(
            try await EventLog.importing(
                input(bytes), at: copy.store, configuration: .small
            ).count == 0)
        try await expectEqual()
    }

    @Test func withoutRowsItIsTheLogAlone() async throws {
        let log = try place.create()
        try await Self.fill(log, 20)
        let bytes = try log.stream(withRows: false)
        await log.close()
        _ = try await EventLog.importing(
            input(bytes), at: copy.store, configuration: .small)
        try await expectEqual([
            "head", "log", "payload", "room", "room_uri", "room_log", "idem", "idem_seq", "meta",
        ])
        for table in ["queue", "delivery", "consent", "join_code"] {
            #expect(try await copy.rows(table).isEmpty)
        }
    }

    @Test func aFollowerAddsWhatIsNew() async throws {
        let log = try place.create()
        try await Self.fill(log, 23)
        let first = try log.stream()
        try await Self.fill(log, 40, from: 23)
        var removal = SideRows()
        removal.remove([3], from: .consent)
        try await log.write(removal)
        let second = try log.stream(from: 23)
        await log.close()
        _ = try await EventLog.importing(
            input(first), at: copy.store, configuration: .small)
        let follower = try copy.open()
        let added = try await follower.add { input(second) }
        #expect(added.count == 40)
        let twice = await reason { _ = try await follower.add { input(second) } }
        let what = "a stream from 23, or of another log"
        #expect(twice == .damaged(table: "stream", number: 63, what: what))
        await follower.close()
        try await expectEqual()
    }

    @Test func onlyTheSameLogIsContinued() async throws {
        let log = try place.create()
        try await Self.fill(log, 10)
        let tail = try log.stream(from: 10)
        await log.close()
        let other = try copy.create()
        try await Self.fill(other, 10)
        let found = await reason { _ = try await other.add { input(tail) } }
        #expect(
            found == .damaged(table: "stream", number: 10, what: "a stream of another store"))
        await other.close()
    }

    @Test func writersGoOnWhileItIsExported() async throws {
        let log = try place.create()
        try await Self.fill(log, 300)
        let writing = Task { try await Self.fill(log, 200, from: 300) }
        for number in 0..<5 {
            let bytes = try log.stream()
            let target = LogPlace()
            let imported = try await EventLog.importing(
                input(bytes), at: target.store, configuration: .small)
            #expect(imported.count >= 300, "\(number)")
            // The rows are those of the last record.
            let last = try #require(try await target.rows("log").last)
            let gseq = try Envelope(parsing: last.value).gseq
            let row = try #require(
                try await target.rows("consent").first { $0.key == [UInt8(gseq % 11)] })
            #expect(row.value.first == UInt8(gseq % 256))
        }
        try await writing.value
        await log.close()
    }

    @Test func aCutLeavesLaterRecordsOut() async throws {
        let log = try place.create()
        try await Self.fill(log, 60)
        let bytes = try log.stream()
        let head = try log.head(at: 31)
        await log.close()
        for cut in [Cut.sequence(30), .time(1030)] {
            let target = LogPlace()
            let stream = try StreamReader.open(input(bytes))
            let builder = try LogBuilder.begin(
                at: target.store, Meta(origin: "other", uuid: [UInt8](repeating: 1, count: 16)),
                cut: cut, .small)
            try await builder.add(stream, rows: true)
            #expect(builder.isCut && builder.head.nextSequence == 60)
            #expect(try builder.log.head() == head)
            try await builder.setStatus(3, ofRoom: 1)
            try await builder.finish()
            let again = try target.open(.readOnly)
            try again.checkHead()
            #expect(again.meta.origin == "other")
            #expect(try again.room(1)?.row.status == 3)
            #expect(try again.items(for: [1], limit: 10).isEmpty)
            await again.close()
            #expect(try await target.rows("queue").count == 5)
            #expect(try await target.rows("consent").count == 11)
            #expect(try await target.rows("log").count == 31)
        }
    }

    @Test func whatIsThereIsNotReplaced() async throws {
        let log = try place.create()
        try await Self.fill(log, 3)
        let bytes = try log.stream()
        await log.close()
        let found = await reason {
            _ = try await EventLog.importing(
                input(bytes), at: place.store, configuration: .small)
        }
        #expect(found == .alreadyExists(path: place.store))
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.root) == ["log"])
    }
}

extension Append {
    static func hub(timeMs: UInt64) -> Append {
        Append(
            room: .hub, kind: 6, schema: 1, timeMs: timeMs, epoch: 0, stateHash: .zero, status: 0,
            payload: evidence(10))
    }
}
