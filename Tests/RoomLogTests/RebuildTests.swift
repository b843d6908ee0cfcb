import EventLog
import LMDBStore
import MLSCrypto
import MLSMember
import MLSMessages
import PresentationLanguage
import RoomLog
import RoomPolicy
import RoomState
import TestSupport
import Testing

/// Projections are made anew beside the rows in use, which shows whether those were right.
@Suite struct RebuildTests {
    private static let services = RoomServices(hubKeys: [Clubhouse.hubKey])

    /// A store with a MIMI room and a group, and their rows.
    private func makeStore(at path: String) async throws {
        let log = try EventLog.create(at: path, origin: "a.example")
        let rooms = RoomLog(log, profile: .plain, services: Self.services)
        let states = try StateWriter(rooms)
        let founding = Clubhouse.Founding()
        var house = try Clubhouse(founding)
        var position = try await rooms.create(
            RoomFounding(founding.settings, try founding.make().genesis), house.log[0],
            leading: house.room, time: 1)
        let bob = try Clubhouse.keyPackage("bob1").keyPackage
        let joining = try house.committing(
            by: "alice1", CommitOptions([house.changing([("bob", 2)]), .add(bob)]))
        try await record(joining, &house, &position, in: rooms)
        let leaving = try house.proposing(
            by: "alice1", [house.changing([("bob", 0)]), .remove(leaf: 1)])
        try await record(leaving, &house, &position, in: rooms)
        let genesis = ForgedGroup.genesis(of: ForgedClient("client 0", .x25519Aes128))
        _ = try await rooms.create(
            uri: [1], genesis, RoomState.decide(genesis, .plain).events(),
            leading: ForgedGroup(size: 1).state, time: 1)
        states.catchUp()
        for room in try rooms.all() { states.found(try #require(try rooms.open(room))) }
        await states.close()
        #expect(try rooms.checkProjections() == [])
        await log.close()
    }

    private func record(
        _ sent: Clubhouse.Sent, _ house: inout Clubhouse, _ position: inout RoomLog.Position,
        in rooms: RoomLog
    ) async throws {
        let before = house.room
        if let refusal = try house.submit(sent, by: "alice1") { throw refusal }
        position = try await rooms.append(
            sent.update, house.log.last ?? [], after: position, from: before, leading: house.room,
            time: 2)
    }

    private func withRooms<T>(_ path: String, _ body: (RoomLog) async throws -> T) async throws -> T
    {
        let log = try EventLog.open(at: path, access: .readWrite)
        let result = try await body(RoomLog(log, profile: .plain, services: Self.services))
        await log.close()
        return result
    }

    @Test(arguments: Projection.allCases) func rightRows(_ projection: Projection) async throws {
        try await withStorePath { path in
            try await makeStore(at: path)
            for version in UInt64(2)...4 {
                let rebuilt = try await withRooms(path) { (rooms) async throws in
                    let rebuilt = try await rooms.rebuild(projection)
                    #expect(try rooms.checkProjections() == [])
                    return rebuilt
                }
                #expect(rebuilt?.version == version)
                #expect(rebuilt?.isSame == true)
            }
        }
    }

    /// A wrong row shows in the check and in the digests, and is gone afterwards.
    @Test(arguments: [Projection.participation, .roomState])
    func wrongRows(_ projection: Projection) async throws {
        try await withStorePath { path in
            try await makeStore(at: path)
            let key = try await withRooms(path) { (rooms) async throws in
                var keys: [[UInt8]] = []
                try rooms.log.allRows(beginning: [], of: projection) { key, _ in keys.append(key) }
                return try #require(keys.last)
            }
            // A row that is missing, with a digest that is not changed.
            try await tamper(path, "p.\(projection.rawValue).odd", key: key, nil)
            try await withRooms(path) { (rooms) async throws in
                let found = try rooms.checkProjections()
                #expect(found.count == 2)
                #expect(found[0].key == key)
                #expect(found[0].actual == "no row")
                #expect(found[1].key.isEmpty)
                // The digest is kept, and is right: it is of the rows that were put.
                let rebuilt = try #require(try await rooms.rebuild(projection))
                #expect(rebuilt.isSame)
                #expect(try rooms.checkProjections() == [])
            }
        }
    }

    /// Rows that were put wrong make another digest.
    @Test func digestsDiffer() async throws {
        try await withStorePath { path in
            try await makeStore(at: path)
            try await withRooms(path) { (rooms) async throws in
                let room = try #require(try rooms.all().last)
                let record = try rooms.log.envelope(ofRoom: room.number, at: room.row.roomSeq)
                var item = Append(
                    room: .existing(
                        room.number,
                        expecting: Expectation(
                            roomSeq: record.roomSeq, stateHash: record.stateHash,
                            epoch: record.epoch)),
                    kind: 2, schema: 1, timeMs: 5, epoch: record.epoch,
                    stateHash: record.stateHash, status: 0,
                    payload: Payload(
                        source: [], evidence: [],
                        events: [
                            Event(
                                type: RoomEvent.Kind.metadataChanged.rawValue, schema: 1, body: [])
                        ]))
                item.projections.put([1], for: [2], in: .childRoom)
                _ = try await rooms.log.append(item)
                let found = try rooms.checkProjections()
                #expect(found.map(\.projection) == ["child_room"])
                #expect(found.map(\.key) == [[2]])
                let rebuilt = try #require(try await rooms.rebuild(.childRoom))
                #expect(!rebuilt.isSame)
                #expect(try rooms.checkProjections() == [])
            }
        }
    }

    /// Cancelled it goes on later; given up it leaves nothing.
    @Test(arguments: Projection.allCases) func cancelled(_ projection: Projection) async throws {
        try await withStorePath { path in
            try await makeStore(at: path)
            try await withRooms(path) { (rooms) async throws in
                #expect(try await Self.cancelledRebuild(projection, rooms) == nil)
                #expect(try rooms.log.state(of: projection)?.status == .building)
                #expect(try rooms.checkProjections() == [])
            }
            try await withRooms(path) { (rooms) async throws in
                #expect(try await rooms.rebuild(projection)?.version == 2)
                _ = try await rooms.log.beginBuilding(projection)
                try await rooms.cancelRebuild(projection)
                #expect(try rooms.log.state(of: projection)?.status == .current)
                #expect(try rooms.log.state(of: projection)?.version == 2)
                #expect(try rooms.checkProjections() == [])
            }
        }
    }

    private static func cancelledRebuild(
        _ projection: Projection, _ rooms: RoomLog
    ) async throws -> RebuiltProjection? {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await rooms.rebuild(projection)
        }
        return try await task.value
    }

    /// Rows of a room that a crash left in part, of a state that is over, don't stay.
    @Test func leftInPart() async throws {
        try await withStorePath { path in
            try await makeStore(at: path)
            try await withRooms(path) { (rooms) async throws in
                let room = try #require(try rooms.all().first)
                let earlier = try #require(try rooms.fold(room, through: 1)?.state.room)
                _ = try await rooms.log.beginBuilding(.participation)
                let rows = InlineRows.rows(of: .participation, in: earlier).map {
                    RowChange(key: $0.key, value: [9, 9])
                }
                #expect(rows.count == 2)
                let page = BuildPage(room: 1, rows: rows, part: .some(gseq: 1))
                #expect(try await rooms.log.build(.participation, page) == .written)
            }
            try await withRooms(path) { (rooms) async throws in
                #expect(try await rooms.rebuild(.participation)?.isSame == true)
                #expect(try rooms.checkProjections() == [])
            }
        }
    }
}
