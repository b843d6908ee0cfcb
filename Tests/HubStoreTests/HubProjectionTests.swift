import EventLog
import HubStore
import LMDBStore
import MLSMember
import MLSMessages
import PresentationLanguage
import RoomLog
import RoomPolicy
import RoomState
import TestSupport
import Testing

/// What a hub keeps beside its log while it goes on: made anew under way, caught up with after a crash.
@Suite struct HubProjectionTests: HubPlace {
    private static let names = ["dora", "emil", "fred", "gina", "hans", "ilse"]

    /// Adds users to rooms one after another and takes some out again.
    private func play(_ houses: [Clubhouse], on hub: Hub) async throws -> [Clubhouse] {
        var houses = houses
        for (step, name) in Self.names.enumerated() {
            for place in houses.indices {
                let role: UInt32 = step % 3 == 2 ? 1 : 2
                let sent = try houses[place].committing(
                    by: "alice1", CommitOptions([houses[place].changing([(name, role)])]))
                if let refusal = try houses[place].submit(sent, by: "alice1") { throw refusal }
                try await send(sent, to: "room\(place)", hub)
            }
        }
        return houses
    }

    private func rooms(_ count: Int, on hub: Hub) async throws -> [Clubhouse] {
        var houses: [Clubhouse] = []
        for number in 0..<count {
            let (answer, house) = try await found("room\(number)", on: hub)
            #expect(rule(answer) == nil)
            houses.append(try #require(house))
        }
        return houses
    }

    /// All versions that are built while rooms are made and changed hold what the records make.
    @Test func rebuiltWhileTheHubWrites() async throws {
        try await withStorePath { path in
            let hub = try open(path)
            let log = hub.log
            let houses = try await rooms(3, on: hub)
            let rebuilding = Task {
                var results: [RebuiltProjection?] = []
                for _ in 0..<8 {
                    for projection in Projection.allCases {
                        results.append(try await log.rebuild(projection))
                        await hub.states.flush()
                    }
                }
                return results
            }
            _ = try await play(houses, on: hub)
            _ = try await found("late", on: hub)
            let results = try await rebuilding.value
            #expect(results.count == 32)
            #expect(results.allSatisfy { $0 != nil })
            await hub.states.flush()
            #expect(try log.checkProjections() == [])
            #expect(hub.states.findings.isEmpty)
            // At rest both versions of all rows are the same.
            for projection in Projection.allCases {
                #expect(try await log.rebuild(projection)?.isSame == true)
            }
            #expect(try log.checkProjections() == [])
            await hub.close()
        }
    }

    /// Queries answer from the version in use.
    @Test func queries() async throws {
        try await withStorePath { path in
            let hub = try open(path)
            _ = try await rooms(2, on: hub)
            let before = try hub.rooms(ofUser: "mimi://a.example/u/alice")
            #expect(before.count == 2)
            _ = try await hub.log.rebuild(.participation)
            #expect(try hub.rooms(ofUser: "mimi://a.example/u/alice") == before)
            await hub.close()
        }
    }

    /// Rows that a crash left behind the log are caught up with when the hub is opened; the rooms are as
    /// the records tell.
    @Test func afterACrash() async throws {
        try await withStorePath { path in
            var hub = try open(path)
            let houses = try await play(try await rooms(2, on: hub), on: hub)
            // The log alone is closed: what waits to be written is lost.
            await hub.log.log.close()
            #expect(await hub.states.isClosedWithoutTrouble())

            hub = try open(path)
            await hub.states.caughtUp()
            for (place, house) in houses.enumerated() {
                let room = "mimi://a.example/r/room\(place)"
                let live = try #require(try await hub.liveRoom(room))
                #expect(live.stateHash == house.room.stateHash)
                #expect(try await hub.brokenPromises(of: room).isEmpty)
            }
            await hub.states.flush()
            let end = try hub.log.log.head().nextSequence
            #expect(try hub.log.log.state(of: .roomState)?.position == end)
            #expect(try hub.log.checkProjections() == [])
            await hub.close()
        }
    }
}

extension StateWriter {
    /// Writing to a store that is gone fails, and is no trap.
    fileprivate func isClosedWithoutTrouble() async -> Bool {
        await flush()
        await close()
        return true
    }
}
