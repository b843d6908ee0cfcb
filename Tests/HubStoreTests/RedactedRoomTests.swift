import EventLog
import HubStore
import LMDBStore
import MLSMember
import RoomLog
import TestSupport
import Testing

/// A hub goes on with rooms whose beginnings were taken away.
@Suite struct RedactedRoomTests: HubPlace {
    @Test func roomsAreFoundedAndUpdated() async throws {
        try await withStorePath { path in
            var hub = try open(path)
            var house = try #require(try await found("old", on: hub).house)
            for (name, role) in [("dora", UInt32(2)), ("emil", 2), ("dora", 1)] {
                try await change(name, to: role, in: &house, on: hub)
            }
            await hub.close()

            let log = try EventLog.open(at: path, access: .readWrite)
            let rooms = RoomLog(log, profile: .plain)
            let room = try #require(try log.room(uri: Array("mimi://a.example/r/old".utf8)))
            _ = try await rooms.redact(0...2, of: room, because: "a test", time: Fixtures.now)
            await log.close()

            hub = try open(path)
            // The id of its group is taken, though the record that said so is gone.
            let twin = try await found("twin", on: hub) { $0.groupID = Array("old".utf8) }.answer
            #expect(rule(twin) == "A-4")
            #expect(rule(try await found("new", on: hub).answer) == nil)
            try await change("fred", to: 2, in: &house, on: hub)
            let live = try #require(try await hub.liveRoom("mimi://a.example/r/old"))
            #expect(live.stateHash == house.room.stateHash)
            await hub.close()
        }
    }

    private func change(
        _ name: String, to role: UInt32, in house: inout Clubhouse, on hub: Hub
    ) async throws {
        let sent = try house.committing(
            by: "alice1", CommitOptions([house.changing([(name, role)])]))
        if let refusal = try house.submit(sent, by: "alice1") { throw refusal }
        try await send(sent, to: "old", hub)
    }
}
