import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage
import Testing

/// Rows that follow from the records: changed with them, told by a digest, built anew beside them.
@Suite struct ProjectionTests {
    private let place = LogPlace()

    private func digest(_ rows: [(key: [UInt8], value: [UInt8])]) -> RowDigest {
        var digest = RowDigest()
        for row in rows { digest.add(row.key, row.value) }
        return digest
    }

    private func changes(_ rows: [RowChange]) -> ProjectionChanges {
        var changes = ProjectionChanges()
        for row in rows {
            if let value = row.value {
                changes.put(value, for: row.key, in: .participation)
            } else {
                changes.remove(row.key, from: .participation)
            }
        }
        return changes
    }

    private func put(_ key: UInt8, _ value: UInt8) -> RowChange {
        RowChange(key: [key], value: [value])
    }

    /// A log with rooms 1 to 3; the rows of a room are named after it.
    private func makeLog() async throws -> EventLog {
        let log = try place.create()
        for room in UInt8(1)...3 {
            var item = Append.new("mimi://b/\(room)")
            item.projections = changes([put(room, 1)])
            try await log.add(item)
        }
        return log
    }

    private func append(_ rows: [RowChange], to room: UInt64, _ log: EventLog) async throws {
        let last = try #require(try log.room(room))
        var item = Append.after(
            try log.envelope(ofRoom: room, at: last.row.roomSeq), state: 2)
        item.projections = changes(rows)
        try await log.add(item)
    }

    private func rows(_ log: EventLog) throws -> [[UInt8]] {
        var rows: [[UInt8]] = []
        try log.allRows(beginning: [], of: .participation) { rows.append($0 + $1) }
        return rows
    }

    // MARK: The digest

    /// The digest is the sum of the rows' hashes, whatever their order.
    @Test func digestIsASum() throws {
        let hash = SHA256.hash([1, 7, 9]).bytes
        #expect(digest([([7], [9])]).encoded == hash)
        var sum = digest([([7], [9]), ([8], []), ([9], [1])])
        #expect(sum == digest([([9], [1]), ([7], [9]), ([8], [])]))
        sum.remove([8], [])
        sum.remove([9], [1])
        #expect(sum == digest([([7], [9])]))
        sum.remove([7], [9])
        #expect(sum == RowDigest())
        sum.remove([7], [9])
        sum.add([7], [9])
        #expect(sum == RowDigest())
        // Where the key ends counts.
        #expect(digest([([1], [2, 3])]) != digest([([1, 2], [3])]))
    }

    /// Carries go through all bits: a sum of many is that of a slow addition.
    @Test func digestCarries() {
        var sum = [UInt8](repeating: 0, count: 32)
        var rows: [(key: [UInt8], value: [UInt8])] = []
        for number in UInt8(0)..<200 {
            rows.append(([number], [1]))
            var carry: UInt16 = 0
            let hash = SHA256.hash([1, number, 1]).bytes
            for place in (0..<32).reversed() {
                carry += UInt16(sum[place]) + UInt16(hash[place])
                sum[place] = UInt8(truncatingIfNeeded: carry)
                carry >>= 8
            }
        }
        #expect(digest(rows).encoded == sum)
    }

    // MARK: With the records

    @Test func rowsFollowTheRecords() async throws {
        let log = try await makeLog()
        #expect(try rows(log) == [[1, 1], [2, 1], [3, 1]])
        try await append([put(1, 5), RowChange(key: [9], value: nil)], to: 1, log)
        try await append([RowChange(key: [2], value: nil)], to: 2, log)
        #expect(try rows(log) == [[1, 5], [3, 1]])
        let state = try #require(try log.state(of: .participation))
        #expect(state.position == 5)
        #expect(state.digest == digest([([1], [5]), ([3], [1])]))
        // Projections without rows count the records, too; those written behind don't.
        #expect(try log.state(of: .childRoom)?.position == 5)
        #expect(try log.state(of: .roomState)?.position == 0)
        await log.close()
    }

    /// What is refused or repeated changes no row.
    @Test func aConflictChangesNothing() async throws {
        let log = try await makeLog()
        let before = try log.state(of: .participation)
        var item = Append.new("mimi://b/1")
        item.projections = changes([put(1, 9)])
        #expect(try await log.conflicts(item) == [.roomExists(number: 1)])
        #expect(try log.state(of: .participation) == before)
        await log.close()
    }

    @Test func layout() async throws {
        let log = try await makeLog()
        _ = try await log.beginBuilding(.participation)
        await log.close()
        let states = try await place.rows("proj")
        let names = states.map { String(decoding: $0.key, as: UTF8.self) }
        #expect(names == ["child_room", "fixed_room", "participation", "room_state"])
        let parts = [
            "01", "01", "0000000000000001", "0000000000000003",
            digest([([1], [1]), ([2], [1]), ([3], [1])]).description, "0000000000000002",
            "0000000000000000", "0000000000000000", String(repeating: "00", count: 32),
        ]
        #expect(hex(Array(states[2].value.dropLast(8))) == parts.joined())
        #expect(states[2].value.count == 106 + 8)
        #expect(try await place.rows("p.participation.odd").map(\.key) == [[1], [2], [3]])
        #expect(try await place.rows("p.participation.even").isEmpty)
    }

    // MARK: Building

    /// Builds rooms up to one, as they are.
    private func build(_ rooms: ClosedRange<UInt64>, _ log: EventLog) async throws {
        for room in rooms {
            let roomSeq = try #require(try log.room(room)).row.roomSeq
            let page = BuildPage(
                room: room, rows: [put(UInt8(room), 7)], part: .last(roomSeq: roomSeq))
            #expect(try await log.build(.participation, page) == .written)
        }
    }

    @Test func aVersionIsBuiltBesideRecords() async throws {
        let log = try await makeLog()
        _ = try await log.beginBuilding(.participation)
        try await build(1...2, log)
        // The old version is in use, and both follow for a room that is done.
        #expect(try rows(log) == [[1, 1], [2, 1], [3, 1]])
        try await append([put(1, 8), put(11, 1)], to: 1, log)
        try await append([put(13, 1)], to: 3, log)
        #expect(try await log.finishBuilding(.participation) == .unfinished)
        // Someone else's page, and one of a room that went on.
        let late = BuildPage(room: 2, rows: [], part: .final)
        #expect(try await log.build(.participation, late) == .notBuilding)
        let moved = BuildPage(room: 3, rows: [], part: .last(roomSeq: 0))
        #expect(try await log.build(.participation, moved) == .roomMoved)
        try await build(3...3, log)
        let old = try #require(try log.state(of: .participation)).digest
        let new = digest([([1], [8]), ([2], [7]), ([3], [7]), ([11], [1])])
        #expect(
            try await log.finishBuilding(.participation)
                == .inUse(version: 2, oldDigest: old, newDigest: new))
        #expect(try rows(log) == [[1, 8], [2, 7], [3, 7], [11, 1]])
        while try await log.clear(.participation) {}
        let state = try #require(try log.state(of: .participation))
        #expect(state.status == .current)
        #expect(state.version == 2)
        #expect(state.position == 5)
        #expect(state.digest == new)
        await log.close()
        #expect(try await place.rows("p.participation.odd").isEmpty)
    }

    /// What was begun goes on in the next process; what was given up leaves nothing.
    @Test func buildingIsResumedOrCancelled() async throws {
        var log = try await makeLog()
        _ = try await log.beginBuilding(.participation)
        try await build(1...1, log)
        let part = BuildPage(room: 2, rows: [put(2, 6)], part: .some(gseq: 1))
        #expect(try await log.build(.participation, part) == .written)
        await log.close()
        log = try place.open()
        let state = try await log.beginBuilding(.participation)
        #expect(state.rooms == 1)
        #expect(state.partial == 2)
        while try await log.unbuild(.participation, beginning: [2]) {}
        try await build(2...3, log)
        try await log.cancelBuilding(.participation)
        #expect(try await log.finishBuilding(.participation) == .notBuilding)
        let again = try await log.beginBuilding(.participation)
        #expect(again.otherVersion == 2)
        #expect(again.rooms == 0)
        #expect(try rows(log) == [[1, 1], [2, 1], [3, 1]])
        await log.close()
        #expect(try await place.rows("p.participation.even").isEmpty)
    }

    @Test func changesOfRows() {
        let changes = RowChange.changes(
            from: [[1]: [1], [2]: [2], [3]: [3]], to: [[2]: [2], [3]: [9], [4]: [4]])
        #expect(changes.count == 3)
        #expect(
            Set(changes) == [
                RowChange(key: [1], value: nil), put(3, 9), put(4, 4),
            ])
    }

    @Test func pagesAreBounded() {
        #expect(RowPage.pages(of: []).isEmpty)
        let small = (0..<1000).map { RowChange(key: UInt32($0).encoded, value: [1]) }
        let pages = RowPage.pages(of: small)
        #expect(pages.map(\.count) == [256, 256, 256, 232])
        #expect(pages.flatMap { $0 } == small)
        let big = (0..<3).map {
            RowChange(key: [$0], value: [UInt8](repeating: 0, count: 700_000))
        }
        #expect(RowPage.pages(of: big).map(\.count) == [1, 1, 1])
    }

    // MARK: Rows of rooms

    private func change(
        _ base: RoomRowsChange.Base, _ rows: [RowChange], at gseq: UInt64, isLast: Bool = true
    ) -> RoomRowsChange {
        RoomRowsChange(
            room: 1, base: base, rows: rows, gseq: gseq,
            head: isLast ? RoomHead(gseq: gseq, content: [0xaa]) : nil)
    }

    private func node(_ number: UInt8, _ value: UInt8) -> RowChange {
        RowChange(key: UInt64(1).encoded + [number], value: [value])
    }

    /// Rows stand at one record, or are of no use.
    @Test func roomRowsAreWholeOrNone() async throws {
        let log = try await makeLog()
        #expect(try log.roomRows(of: 1) == nil)
        #expect(try await log.change(change(.any, [node(1, 1)], at: 0), position: 1))
        let first = try #require(try log.roomRows(of: 1))
        #expect(first.head == RoomHead(gseq: 0, content: [0xaa]))
        #expect(first.rows.map(\.value) == [[1]])
        // Not from where they stand.
        #expect(
            try await log.change(change(.at(gseq: 1), [node(1, 9)], at: 2), position: 1) == false)
        #expect(
            try await log.change(
                change(.at(gseq: 0), [node(1, 2)], at: 2, isLast: false), position: 1))
        #expect(try log.roomRows(of: 1) == nil)
        #expect(try await log.change(change(.changing, [node(2, 2)], at: 2), position: 9))
        #expect(try log.roomRows(of: 1)?.rows.map(\.value) == [[2], [2]])
        // The position never leads the log.
        let state = try #require(try log.state(of: .roomState))
        #expect(state.position == 3)
        await log.close()
        var sum = RowDigest()
        for row in try await place.rows("p.room_state.odd") { sum.add(row.key, row.value) }
        #expect(state.digest == sum)
    }

    /// A version that is built takes changes of rows that it has, from after its own.
    @Test func roomRowsAreChangedInBothVersions() async throws {
        let log = try await makeLog()
        #expect(try await log.change(change(.any, [node(1, 1)], at: 0), position: 1))
        _ = try await log.beginBuilding(.roomState)
        #expect(try await log.change(change(.at(gseq: 0), [node(1, 2)], at: 1), position: 1))
        let head = RowChange(
            key: UInt64(1).encoded, value: RoomHead(gseq: 2, content: []).encoded)
        let page = BuildPage(room: 1, rows: [node(1, 3), head], part: .final)
        #expect(try await log.build(.roomState, page) == .written)
        #expect(try await log.change(change(.at(gseq: 1), [node(1, 4)], at: 2), position: 1))
        #expect(try await log.change(change(.at(gseq: 2), [node(2, 5)], at: 3), position: 1))
        await log.close()
        let key = UInt64(1).encoded
        #expect(
            try await place.rows("p.room_state.even").map { hex($0.value) } == [
                hex(RoomHead(gseq: 3, content: [0xaa]).encoded), "03", "05",
            ])
        let odd = try await place.rows("p.room_state.odd")
        #expect(odd.map { Array($0.key) } == [key, key + [1], key + [2]])
        #expect(odd.dropFirst().map(\.value) == [[4], [5]])
    }

    @Test func clearedRows() async throws {
        let log = try await makeLog()
        let many = (0..<UInt8(200)).map { node($0, 1) }
        #expect(try await log.change(change(.any, many, at: 0), position: 1))
        #expect(
            try await log.change(change(.at(gseq: 0), [], at: 1, isLast: false), position: 1))
        while try await log.clearRows(of: 1, for: 1) {}
        #expect(try await log.change(change(.changing, [node(3, 3)], at: 1), position: 1))
        #expect(try log.roomRows(of: 1)?.rows.map(\.value) == [[3]])
        await log.close()
    }

    // MARK: Snapshots

    @Test func snapshots() async throws {
        let log = try await makeLog()
        try await append([], to: 1, log)
        let records = try [0, 1].map { (place) throws in
            try log.envelope(ofRoom: 1, at: UInt64(place))
        }
        for (place, record) in records.enumerated() {
            try await log.keep(
                Snapshot(of: record, encoding: 0x0102, [UInt8(place), 9]), ofRoom: 1,
                at: UInt64(place))
        }
        #expect(try log.snapshotPlaces(ofRoom: 1) == [0, 1])
        #expect(try log.snapshotPlaces(ofRoom: 2).isEmpty)
        #expect(try log.snapshot(ofRoom: 1, at: 1)?.snapshot.bytes == [1, 9])
        #expect(try log.snapshot(ofRoom: 1, at: 1)?.record == records[1])
        #expect(
            await reason {
                try await log.keep(
                    Snapshot(of: records[0], encoding: 1, []), ofRoom: 1, at: 1)
            } == .damaged(table: "snap", number: 1, what: "a snapshot of another record"))
        await log.close()

        let rows = try await place.rows("snap")
        #expect(
            rows.map { hex($0.key) } == [
                "00000000000000010000000000000000", "00000000000000010000000000000001",
            ])
        let parts = [
            "01", "0102", "0000000000000003", records[1].stateHash.description,
            records[1].hash.description, SHA256.hash([1, 9]).description, "0109",
        ]
        #expect(hex(rows[1].value) == parts.joined())
        try await place.tamper("snap") { (transaction, table) throws(StoreError) in
            var value = rows[1].value
            value[value.count - 1] ^= 1
            try transaction.put(value, for: rows[1].key, in: table)
        }
        let again = try place.open()
        #expect(try again.snapshot(ofRoom: 1, at: 0) != nil)
        #expect(throws: StoreError.self) { try again.snapshot(ofRoom: 1, at: 1) }
        try await again.dropSnapshots(ofRoom: 1, before: 1)
        #expect(try again.snapshotPlaces(ofRoom: 1) == [1])
        try await again.dropSnapshots(ofRoom: 1)
        #expect(try again.snapshotPlaces(ofRoom: 1).isEmpty)
        await again.close()
    }
}
