import EventLog
import LMDBStore
import PresentationLanguage
import RoomLog
import RoomState
import TestSupport
import Testing

/// Snapshots: where folding starts, and what it does with one that is not what it should be.
@Suite struct SnapshotTests {
    /// A group with a record for each of some commits, and its state hash after each.
    private func record(_ rooms: RoomLog) async throws -> [String] {
        let genesis = ForgedGroup.genesis(of: ForgedClient("client 0", .x25519Aes128))
        var group = ForgedGroup(size: 1)
        var position = try await rooms.create(
            uri: [1], genesis, RoomState.decide(genesis, .plain).events(), leading: group.state,
            time: 1)
        var hashes = [group.state.stateHash.description]
        for step in 0..<6 {
            let joiner = ForgedClient("joiner \(step)", group.suite)
            let forged = group.commit([.proposal(.add(joiner.keyPackage()))], joining: [joiner])
            let events = group.decide(forged.input).events()
            group.accept(forged)
            position = try await rooms.append(
                forged.input, events, after: position, leading: group.state, time: 2)
            hashes.append(group.state.stateHash.description)
        }
        return hashes
    }

    @Test func foldingStartsThere() async throws {
        try await withStorePath { path in
            let log = try EventLog.create(at: path, origin: "test.example")
            let rooms = RoomLog(log, profile: .plain)
            let hashes = try await record(rooms)
            let room = try #require(try rooms.all().first)
            #expect(try await rooms.snapshot(room, through: 3)?.roomSeq == 3)
            #expect(try await rooms.snapshot(room)?.roomSeq == 6)
            for (gseq, hash) in hashes.enumerated() {
                let folded = try #require(try rooms.fold(room, through: UInt64(gseq)))
                #expect(folded.state.stateHash.description == hash)
                #expect(folded.findings.isEmpty)
                let whole = try #require(
                    try rooms.foldFromGenesis(room, through: UInt64(gseq)))
                #expect(whole.state.encoded == folded.state.encoded)
            }
            // Without any, everything is as before.
            try await log.dropSnapshots(ofRoom: room.number)
            #expect(try rooms.fold(room)?.state.stateHash.description == hashes.last)
            await log.close()
        }
    }

    /// The records before a snapshot are not read: folding works where one of them is gone.
    @Test func whatIsBeforeIsNotRead() async throws {
        try await withStorePath { path in
            let log = try EventLog.create(at: path, origin: "test.example")
            let rooms = RoomLog(log, profile: .plain)
            let hashes = try await record(rooms)
            let room = try #require(try rooms.all().first)
            _ = try await rooms.snapshot(room, through: 3)
            await log.close()
            try await tamper(path, "payload", key: UInt64(2).encoded + [0, 0], nil)
            let again = try EventLog.open(at: path, access: .readOnly)
            let other = RoomLog(again, profile: .plain)
            #expect(try other.fold(room)?.state.stateHash.description == hashes.last)
            #expect(throws: RoomLogError.self) { try other.foldFromGenesis(room) }
            await again.close()
        }
    }

    /// A snapshot of another state, in which every hash fits but that of the state.
    @Test func aWrongOneIsReportedAndNotUsed() async throws {
        try await withStorePath { path in
            let log = try EventLog.create(at: path, origin: "test.example")
            let rooms = RoomLog(log, profile: .plain)
            let hashes = try await record(rooms)
            let room = try #require(try rooms.all().first)
            let earlier = try #require(try rooms.fold(room, through: 2))
            let last = try log.envelope(ofRoom: room.number, at: 5)
            _ = try await rooms.snapshot(room, through: 1)
            try await log.keep(
                Snapshot(of: last, encoding: 1, earlier.state.encoded), ofRoom: room.number, at: 5)
            try await log.keep(
                Snapshot(of: try log.envelope(ofRoom: room.number, at: 4), encoding: 77, [1]),
                ofRoom: room.number, at: 4)
            let folded = try #require(try rooms.fold(room))
            #expect(folded.state.stateHash.description == hashes.last)
            #expect(folded.findings.map(\.projection) == ["snap", "snap"])
            #expect(
                folded.findings.map(\.key) == [
                    room.number.encoded + UInt64(5).encoded,
                    room.number.encoded + UInt64(4).encoded,
                ])
            await log.close()
        }
    }
}

/// Changes a row behind a log's back.
func tamper(_ path: String, _ name: String, key: [UInt8], _ value: [UInt8]?) async throws {
    let environment = try Environment.open(
        at: path, options: EnvironmentOptions(access: .readWrite))
    let table = try environment.table(name)
    try await environment.write { (transaction) throws(StoreError) in
        if let value {
            try transaction.put(value, for: key, in: table)
        } else {
            try transaction.delete(key, in: table)
        }
    }
    await environment.close()
}
