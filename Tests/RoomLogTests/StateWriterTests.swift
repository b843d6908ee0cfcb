import EventLog
import LMDBStore
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import RoomState
import TestSupport
import Testing

/// Rows of rooms' states: behind the log within bounds, whole or not used, and never trusted.
@Suite struct StateWriterTests {
    /// A group in a log that grows by commits, whose rows are written behind.
    private struct Story {
        let rooms: RoomLog
        let states: StateWriter
        var group = ForgedGroup(size: 1)
        var position: RoomLog.Position
        var steps = 0

        init(_ log: EventLog, limits: StateWriter.Limits = .init()) async throws {
            rooms = RoomLog(log, profile: .plain)
            states = try StateWriter(rooms, limits: limits)
            let genesis = ForgedGroup.genesis(of: ForgedClient("client 0", .x25519Aes128))
            let events = try RoomState.decide(genesis, .plain).events
            let ticket = states.announce()
            position = try await rooms.create(
                uri: [1], genesis, events, leading: group.state, time: 1)
            await states.note(ticket, events, .group(group.state), after: position)
        }

        mutating func append(_ forged: ForgedHandshake) async throws {
            let events = try group.decide(forged.input).events
            group.accept(forged)
            let ticket = states.announce()
            position = try await rooms.append(
                forged.input, events, after: position, leading: group.state, time: 2)
            await states.note(ticket, events, .group(group.state), after: position)
        }

        mutating func add(_ count: Int = 1) async throws {
            steps += 1
            let joiners = (0..<count).map { ForgedClient("joiner \(steps) \($0)", group.suite) }
            try await append(
                group.commit(joiners.map { .proposal(.add($0.keyPackage())) }, joining: joiners))
        }

        mutating func remove(_ leaves: [UInt32]) async throws {
            try await append(group.commit(leaves.map { .proposal(.remove(leaf: $0)) }))
        }

        var room: Room { get throws { try #require(try rooms.all().first) } }

        /// The opened room, which must be the live one.
        func open() throws -> OpenedRoom {
            let opened = try #require(try rooms.open(try room))
            #expect(opened.folded.state.encoded == RecordedState.group(group.state).encoded)
            return opened
        }
    }

    /// Rows follow a tree that grows, gets blanks and shrinks, whenever they are written.
    @Test(arguments: [1, 2, 5]) func rowsFollowTheTree(_ interval: Int) async throws {
        try await withStorePath { path in
            let log = try EventLog.create(at: path, origin: "test.example")
            var story = try await Story(log)
            for step in 0..<20 {
                switch step {
                case 8: try await story.remove([2, 4])
                case 12:
                    try await story.remove(
                        Array(5..<UInt32(story.group.group.tree.width)).filter {
                            story.group.group.tree.leaf(at: $0) != nil
                        })
                case 15:
                    try await story.append(
                        story.group.proposal(.appEphemeral(.init(.appAck, data: [1]))))
                default: try await story.add()
                }
                if step % interval == 0 {
                    await story.states.flush()
                    #expect(try log.roomRows(of: 1)?.head.gseq == story.position.gseq)
                }
                #expect(try story.open().folded.findings.isEmpty)
                #expect(try story.rooms.checkProjections() == [])
            }
            await story.states.close()
            let end = try log.head().nextSequence
            #expect(try log.state(of: .roomState)?.position == end)
            await log.close()
        }
    }

    /// What was beyond a tree that shrank, and grew again before it was written, is gone.
    @Test func shrunkAndGrown() async throws {
        try await withStorePath { path in
            let log = try EventLog.create(at: path, origin: "test.example")
            var story = try await Story(log)
            try await story.add(13)
            await story.states.flush()
            #expect(story.group.group.tree.width == 16)
            try await story.remove(Array(5..<14))
            #expect(story.group.group.tree.width == 8)
            try await story.add(5)
            #expect(story.group.group.tree.width == 16)
            await story.states.flush()
            #expect(try story.open().folded.findings.isEmpty)
            #expect(try story.rooms.checkProjections() == [])
            await story.states.close()
            await log.close()
        }
    }

    /// The position does not pass a record of a room that nobody asked for yet.
    @Test func thePositionWaitsForAllRooms() async throws {
        try await withStorePath { path in
            let log = try EventLog.create(at: path, origin: "test.example")
            let rooms = RoomLog(log, profile: .plain)
            for number in UInt8(1)...3 {
                let genesis = ForgedGroup.genesis(of: ForgedClient("client 0", .x25519Aes128))
                _ = try await rooms.create(
                    uri: [number], genesis, RoomState.decide(genesis, .plain).events(),
                    leading: ForgedGroup(size: 1).state, time: 1)
            }
            let states = try StateWriter(rooms)
            let all = try rooms.all()
            for room in all.dropFirst() {
                states.found(try #require(try rooms.open(room)))
                await states.flush()
                #expect(try log.state(of: .roomState)?.position == 0)
            }
            states.catchUp()
            await states.caughtUp()
            await states.close()
            #expect(try log.state(of: .roomState)?.position == 3)
            // Nor one that is announced and not noted.
            let more = try StateWriter(rooms)
            let ticket = more.announce()
            var group = ForgedGroup(size: 1)
            let forged = group.commit()
            let events = group.decide(forged.input).events()
            group.accept(forged)
            let record = try await rooms.append(
                forged.input, events, after: try log.envelope(ofRoom: 1, at: 0),
                leading: group.state, time: 2)
            let other = more.announce()
            await more.note(other, events, .group(group.state), after: record)
            await more.flush()
            #expect(try log.state(of: .roomState)?.position == 3)
            more.withdraw(ticket)
            await more.close()
            await log.close()
        }
    }

    /// Many nodes take several transactions; before the last of them the rows are of no use.
    @Test func manyRows() async throws {
        try await withStorePath { path in
            let log = try EventLog.create(at: path, origin: "test.example")
            var story = try await Story(log)
            try await story.add()
            await story.states.flush()
            try await story.add(200)
            #expect(try story.open().folded.findings.isEmpty)
            await story.states.flush()
            #expect(try log.roomRows(of: 1)?.head.gseq == story.position.gseq)
            #expect(try #require(try log.roomRows(of: 1)).rows.count > 256)
            #expect(try story.rooms.checkProjections() == [])
            // Half of a change: a crash came between.
            let change = RoomRowsChange(
                room: 1, base: .any, rows: [], gseq: story.position.gseq + 1, head: nil)
            #expect(try await log.change(change, position: 0))
            #expect(try log.roomRows(of: 1) == nil)
            #expect(try story.open().folded.findings.isEmpty)
            try await story.add()
            await story.states.flush()
            #expect(try log.roomRows(of: 1)?.head.gseq == story.position.gseq)
            #expect(try story.rooms.checkProjections() == [])
            await story.states.close()
            await log.close()
        }
    }

    /// What waits is bounded by nodes and by records, without anyone asking for it.
    @Test func bounds() async throws {
        try await withStorePath { path in
            let log = try EventLog.create(at: path, origin: "test.example")
            var limits = StateWriter.Limits()
            limits.delay = .seconds(1000)
            limits.records = 4
            var story = try await Story(log, limits: limits)
            for _ in 0..<20 {
                try await story.add()
                let position = try #require(try log.state(of: .roomState)).position
                #expect(try log.head().nextSequence - position <= 5)
            }
            await story.states.close()
            await log.close()
        }
        try await withStorePath { path in
            let log = try EventLog.create(at: path, origin: "test.example")
            var limits = StateWriter.Limits()
            limits.delay = .seconds(1000)
            limits.nodes = 16
            var story = try await Story(log, limits: limits)
            try await story.add(20)
            #expect(try log.roomRows(of: 1)?.head.gseq == 1)
            await story.states.close()
            await log.close()
        }
    }

    /// After a crash the next process folds what the rows are behind, and catches up.
    @Test func theNextProcessCatchesUp() async throws {
        try await withStorePath { path in
            var log = try EventLog.create(at: path, origin: "test.example")
            var limits = StateWriter.Limits()
            limits.delay = .seconds(1000)
            var story = try await Story(log, limits: limits)
            for _ in 0..<3 { try await story.add() }
            await story.states.flush()
            for _ in 0..<3 { try await story.add() }
            // The writer is not closed: what it has not written is lost.
            await log.close()
            #expect(story.states.findings.isEmpty)

            log = try EventLog.open(at: path, access: .readWrite)
            let rooms = RoomLog(log, profile: .plain)
            #expect(try log.state(of: .roomState)?.position == 4)
            #expect(try log.roomRows(of: 1)?.head.gseq == 3)
            let states = try StateWriter(rooms, limits: limits)
            states.catchUp()
            await states.caughtUp()
            await states.flush()
            #expect(try log.state(of: .roomState)?.position == 7)
            #expect(try log.roomRows(of: 1)?.head.gseq == 6)
            #expect(try rooms.checkProjections() == [])
            await states.close()
            await log.close()
        }
    }

    /// A changed bit in any row is found when the room is opened, which then comes from the records; the
    /// rows are written again.
    @Test func damagedRowsAreFoundAndRepaired() async throws {
        try await withStorePath { path in
            var log = try EventLog.create(at: path, origin: "test.example")
            var story = try await Story(log)
            for _ in 0..<4 { try await story.add() }
            try await story.append(
                story.group.proposal(.appEphemeral(.init(.appAck, data: [1]))))
            await story.states.close()
            let rows = try #require(try log.roomRows(of: 1))
            let whole: [(key: [UInt8], value: [UInt8])] =
                [(UInt64(1).encoded, rows.head.encoded)] + rows.rows
            let expected = RecordedState.group(story.group.state).encoded
            await log.close()
            #expect(whole.count == 1 + 5 + 7)

            for (key, value) in whole {
                for place in [0, 8, value.count / 2, value.count - 1] {
                    var changed = value
                    changed[place] ^= 4
                    try await tamper(path, "p.room_state.odd", key: key, changed)
                    log = try EventLog.open(at: path, access: .readWrite)
                    let rooms = RoomLog(log, profile: .plain)
                    let room = try #require(try rooms.all().first)
                    let opened = try #require(try rooms.open(room))
                    #expect(opened.folded.findings.map(\.projection) == ["room_state"])
                    #expect(opened.folded.state.encoded == expected)
                    let found = try rooms.checkProjections()
                    #expect(
                        found.contains { $0.key == key }
                            || found.contains { $0.key == UInt64(1).encoded })
                    #expect(found.contains { $0.key.isEmpty })
                    if place == value.count - 1 {
                        let states = try StateWriter(rooms)
                        states.found(opened)
                        #expect(states.findings.count == 1)
                        await states.close()
                        let again = try #require(try rooms.open(room))
                        #expect(again.folded.findings.isEmpty)
                        #expect(again.folded.state.encoded == expected)
                    }
                    await log.close()
                    try await tamper(path, "p.room_state.odd", key: key, value)
                }
            }
        }
    }

    /// A row that is missing, and one too many.
    @Test func missingAndSurplusRows() async throws {
        try await withStorePath { path in
            let log = try EventLog.create(at: path, origin: "test.example")
            var story = try await Story(log)
            for _ in 0..<4 { try await story.add() }
            await story.states.close()
            let rows = try #require(try log.roomRows(of: 1)).rows
            await log.close()
            for row in rows {
                try await tamper(path, "p.room_state.odd", key: row.key, nil)
                try await expectFinding(path)
                try await tamper(path, "p.room_state.odd", key: row.key, row.value)
            }
            let key = UInt64(1).encoded + [0xff] + UInt32(200).encoded
            try await tamper(path, "p.room_state.odd", key: key, rows[0].value)
            try await expectFinding(path)
        }
    }

    private func expectFinding(_ path: String) async throws {
        let log = try EventLog.open(at: path, access: .readOnly)
        let rooms = RoomLog(log, profile: .plain)
        let room = try #require(try rooms.all().first)
        #expect(try #require(try rooms.open(room)).folded.findings.count == 1)
        #expect(try rooms.checkProjections().count >= 2)
        await log.close()
    }

    /// The bytes of a room of one.
    @Test func layout() async throws {
        try await withStorePath { path in
            let log = try EventLog.create(at: path, origin: "test.example")
            var story = try await Story(log)
            try await story.add()
            await story.states.close()
            let rows = try #require(try log.roomRows(of: 1))
            let tree = story.group.group.tree
            #expect(
                rows.rows.map(\.key)
                    == [0, 1, 2].map { (node: UInt32) in
                        UInt64(1).encoded + [0xff] + node.encoded
                    })
            let leaf = try #require(tree.node(at: NodeIndex(0)))
            #expect(rows.rows[0].value == [1, 1] + leaf.encoded + [0])
            let root = try #require(tree.node(at: NodeIndex(1)))
            #expect(rows.rows[1].value == [1, 1] + root.encoded + [32] + tree.treeHash)
            let parts = StateParts(.group(story.group.state)).encoded
            let start = UInt64(1).encoded + story.group.state.stateHash.bytes + UInt32(2).encoded
            #expect(rows.head.gseq == 1)
            #expect(rows.head.content.starts(with: start))
            #expect(Array(rows.head.content.dropFirst(76)) == parts)
            #expect(rows.head.encoded.starts(with: [1] + UInt64(1).encoded + start))
            await log.close()
        }
    }
}
