import EventLog
import LMDBStore
import MLSCrypto
import Testing

@Suite struct AppendTests {
    private let place = LogPlace()

    @Test func aNewLogIsEmpty() async throws {
        let log = try place.create()
        #expect(log.meta.origin == "hub.example/log")
        #expect(log.meta.uuid.count == 16)
        let head = try log.head()
        #expect(head.nextSequence == 0)
        #expect(head.frontier.root == SHA256.hash())
        #expect(try log.room(1) == nil)
        #expect(try log.room(uri: [1]) == nil)
        #expect(try log.record(at: 0) == nil)
        #expect(try log.records(from: 0, limit: 10) == Page())
        #expect(try log.rooms(limit: 10) == Page())
    }

    @Test func recordsComeBackAsTheyWereWritten() async throws {
        let log = try place.create()
        let content = Payload(
            source: Array("b.example".utf8), evidence: [1, 2, 3],
            events: [Event(type: 7, schema: 1, body: [4, 5]), Event(type: 8, schema: 2, body: [])])
        let first = try await log.add(.new("mimi://a/1", epoch: 3, state: 9, payload: content))
        let second = try await log.add(.new("mimi://a/2"))
        let third = try await log.add(.after(first, timeMs: 1001, epoch: 4, state: 10))
        #expect([first.gseq, second.gseq, third.gseq] == [0, 1, 2])
        #expect([first.room, second.room, third.room] == [1, 2, 1])
        #expect([first.roomSeq, second.roomSeq, third.roomSeq] == [0, 0, 1])
        #expect([first.previous, second.previous, third.previous] == [.zero, .zero, first.hash])

        await log.close()
        let again = try place.open(.readOnly)
        #expect(again.meta == log.meta)
        #expect(try again.record(at: 0) == Record(envelope: first, content: .whole(content)))
        #expect(
            try again.records(from: 0, limit: 10).elements.map(\.envelope) == [
                first, second, third,
            ])
        let ofRoom = try again.records(ofRoom: 1, from: 0, limit: 10)
        #expect(ofRoom.elements.map(\.envelope) == [first, third])
        #expect(ofRoom.next == nil)
        let room = try #require(try again.room(uri: Array("mimi://a/1".utf8)))
        #expect(room.number == 1)
        #expect(try again.room(1) == room)
        #expect(room.row.roomSeq == 1)
        #expect(room.row.gseq == 2)
        #expect(room.row.timeMs == 1001)
        #expect(room.row.epoch == 4)
        #expect(room.row.chainHead == third.hash)
        #expect(room.row.stateHash == digest(10))
        #expect(await reason { try await again.add(.new("mimi://a/3")) } == .readOnly)
        await again.close()
    }

    /// G-16: the same request gets the record that answered it, whatever the room is by now.
    @Test func aRequestIsAnsweredOnce() async throws {
        let log = try place.create()
        let first = try await log.add(.new("mimi://a/1"))
        let other = try await log.add(.new("mimi://a/2"))
        var item = Append.after(first, state: 2)
        item.request = digest(7)
        guard case .appended(let record) = try await log.append(item) else {
            Issue.record("not appended")
            return
        }
        try await log.add(.after(record, state: 3))
        #expect(try await log.append(item) == .repeated(record))
        #expect(try log.head().nextSequence == 4)
        #expect(try log.answer(to: digest(7), in: 1) == record)
        #expect(try log.answer(to: digest(7), in: 2) == nil)
        #expect(try log.answer(to: digest(8), in: 1) == nil)
        // In another room it is another request.
        var elsewhere = Append.after(other, state: 2)
        elsewhere.request = digest(7)
        guard case .appended = try await log.append(elsewhere) else {
            Issue.record("not appended")
            return
        }
        await log.close()
        let rows = try await place.rows("idem")
        let key = "0000000000000001" + String(repeating: "07", count: 32)
        #expect(rows.map { hex($0.key) }.first == key)
        #expect(rows.map { hex($0.value) }.first == "0000000000000002")
        let byTime = try await place.rows("idem_seq")
        #expect(byTime.map { hex($0.key) } == ["0000000000000002", "0000000000000004"])
        #expect(byTime.map { hex($0.value) }.first == key)
    }

    @Test func aConflictListsEveryFailedCheckAndChangesNothing() async throws {
        let log = try place.create()
        let first = try await log.add(.new("mimi://a/1", timeMs: 500, epoch: 3, state: 9))
        let before = try log.head()
        #expect(try await log.conflicts(.new("mimi://a/1")) == [.roomExists(number: 1)])
        var item = Append.after(first, timeMs: 499)
        item.room = .existing(
            1, expecting: Expectation(roomSeq: 5, stateHash: digest(8), epoch: 2))
        #expect(
            try await log.conflicts(item) == [
                .roomSeq(expected: 5, current: 0),
                .stateHash(expected: digest(8), current: digest(9)),
                .epoch(expected: 2, current: 3),
                .time(given: 499, last: 500),
            ])
        item.room = .existing(
            7, expecting: Expectation(roomSeq: 0, stateHash: digest(9), epoch: 3))
        #expect(try await log.conflicts(item) == [.noSuchRoom(number: 7)])
        #expect(try log.head() == before)
        #expect(try await log.conflicts(.after(first, timeMs: 500)) == [])
        #expect(
            try await log.conflicts(.after(first, timeMs: 500)) == [
                .roomSeq(expected: 0, current: 1),
                .stateHash(expected: digest(9), current: digest(1)),
                .epoch(expected: 3, current: 0),
            ])
    }

    @Test func tooLargeIsRefused() async throws {
        let log = try place.create()
        let long = String(repeating: "x", count: 4097)
        #expect(
            await reason { try await log.add(.new(long)) } == .tooLarge(size: 4097, limit: 4096))
        let huge = Append.new("mimi://a/1", payload: evidence(Payload.limit))
        guard case .tooLarge = await reason({ try await log.add(huge) }) else {
            Issue.record("accepted")
            return
        }
        try await log.add(.new(String(repeating: "x", count: 4096)))
        #expect(try log.head().nextSequence == 1)
    }

    @Test func concurrentAppendsKeepDenseSequences() async throws {
        let log = try place.create()
        let (rooms, perRoom) = (40, 25)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for room in 0..<rooms {
                group.addTask {
                    var last = try await log.add(.new("mimi://a/\(room)"))
                    for number in 1..<perRoom {
                        let state = UInt8(number)
                        let next = try await log.add(
                            .after(last, timeMs: last.timeMs + 1, state: state))
                        #expect(next.roomSeq == last.roomSeq + 1)
                        #expect(next.gseq > last.gseq)
                        #expect(next.previous == last.hash)
                        last = next
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try log.head().nextSequence == UInt64(rooms * perRoom))
        let records = try log.records(from: 0, limit: 1000)
        #expect(records.elements.map(\.envelope.gseq) == Array(0..<1000))
        #expect(try log.rooms(limit: 100).elements.map(\.number) == Array(1...40))
    }

    /// Of appends that expect the same state, one wins; the others learn the new state.
    @Test func racingAppendsToOneRoomHaveOneWinner() async throws {
        let log = try place.create()
        let first = try await log.add(.new("mimi://a/1", state: 1))
        let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
            for state in UInt8(2)..<50 {
                group.addTask { try await log.conflicts(.after(first, state: state)).isEmpty }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 1)
        #expect(try log.room(1)?.row.roomSeq == 1)
        #expect(try log.head().nextSequence == 2)
    }

    @Test func pagesGoOnWhereTheyEnd() async throws {
        let log = try place.create()
        var last = try await log.add(.new("mimi://a/1"))
        for _ in 1..<10 { last = try await log.add(.after(last)) }
        try await log.add(.new("mimi://a/2"))
        let first = try log.records(ofRoom: 1, from: 0, limit: 4)
        #expect(first.elements.map(\.envelope.roomSeq) == [0, 1, 2, 3])
        #expect(first.next == 4)
        let rest = try log.records(ofRoom: 1, from: 4, limit: 6)
        #expect(rest.elements.map(\.envelope.roomSeq) == [4, 5, 6, 7, 8, 9])
        #expect(rest.next == nil)
        #expect(try log.records(ofRoom: 1, from: 10, limit: 4) == Page())
        #expect(try log.records(ofRoom: 3, from: 0, limit: 4) == Page())
        #expect(try log.records(from: 10, limit: 4).elements.map(\.envelope.room) == [2])
        #expect(try log.rooms(limit: 1).next == 2)
        #expect(
            try log.rooms(from: 2, limit: 1).elements.map(\.row.uri) == [Array("mimi://a/2".utf8)])
    }
}
