import HubStore
import MLSMessages
import Synchronization
import TestSupport
import Testing

/// Nobody fills a room alone, and whoever has to go can be sent away from a full one.
@Suite struct FloodTests: HubPlace {
    /// What an update is refused for; nil where it is taken.
    private func item(
        _ house: inout Clubhouse, by name: String, _ proposals: [Proposal], _ hub: Hub
    ) async throws -> String? {
        let sent = try house.proposing(by: name, proposals)
        do {
            try await send(sent, to: "clubhouse", hub)
        } catch let refusal as HubRefusal where refusal.rule == "G-3" {
            return refusal.item
        }
        if let refusal = try house.submit(sent, by: name) { throw refusal }
        return nil
    }

    private func acknowledgement(_ number: UInt8) -> Proposal {
        let ack: [UInt8] = [12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number]
        return .appEphemeral(AppEphemeral(.appAck, data: ack))
    }

    @Test func sharesOfUsersAndProviders() async throws {
        try await withStorePath { path in
            let hub = try open(path) {
                $0.limits.pendingProposals = 8
                $0.limits.pendingOfProvider = 3
                $0.limits.pendingOfUser = 2
            }
            var house = try #require(try await found("clubhouse", on: hub).house)
            try house.admit([("bob", 2, ["bob1"]), ("cathy", 2, ["cathy1"])])
            try await send(try #require(house.admission), to: "clubhouse", hub)
            #expect(try await item(&house, by: "bob1", [acknowledgement(1)], hub) == nil)
            #expect(try await item(&house, by: "bob1", [acknowledgement(2)], hub) == nil)
            #expect(
                try await item(&house, by: "bob1", [acknowledgement(3)], hub)
                    == "pending proposals of a user")
            #expect(try await item(&house, by: "cathy1", [acknowledgement(4)], hub) == nil)
            #expect(
                try await item(&house, by: "cathy1", [acknowledgement(5)], hub)
                    == "pending proposals of a provider")
            // Others have their share, and a bundle counts whole.
            let three = (6...8).map(acknowledgement)
            #expect(
                try await item(&house, by: "alice1", three, hub) == "pending proposals of a user")
            #expect(try await item(&house, by: "alice1", [acknowledgement(6)], hub) == nil)
            await hub.close()
        }
    }

    /// Bytes are shared out exactly, also where there are fewer of them than of proposals.
    @Test func fewBytes() async throws {
        try await withStorePath { path in
            let hub = try open(path) {
                $0.limits.pendingSize = 900
                $0.limits.pendingOfProvider = 1000
                $0.limits.pendingOfUser = 500
            }
            var house = try #require(try await found("clubhouse", on: hub).house)
            #expect(try await item(&house, by: "alice1", [acknowledgement(1)], hub) == nil)
            // A bundle of three takes more than half of the bytes, and less than all.
            let three = (2...4).map(acknowledgement)
            #expect(
                try await item(&house, by: "alice1", three, hub) == "pending proposals of a user")
            await hub.close()
        }
    }

    @Test func aBanInAFullRoom() async throws {
        try await withStorePath { path in
            let hub = try open(path) { $0.limits.pendingProposals = 2 }
            var house = try #require(try await found("clubhouse", on: hub).house)
            try house.admit([("bob", 2, ["bob1"])])
            try await send(try #require(house.admission), to: "clubhouse", hub)
            for number: UInt8 in [1, 2] {
                let full = try await item(&house, by: "alice1", [acknowledgement(number)], hub)
                #expect(full == nil)
            }
            let more = try await item(&house, by: "alice1", [acknowledgement(3)], hub)
            #expect(more == "pending proposals")
            let ban = [house.changing([("bob", 1)])] + house.removals(of: "bob")
            #expect(try await item(&house, by: "alice1", ban, hub) == nil)
            await hub.close()
        }
    }

    /// G-12: whatever the clock does, times of a room don't decrease.
    @Test func aClockThatJumps() async throws {
        try await withStorePath { path in
            let now = Mutex(Fixtures.now)
            let hub = try open(path) { $0.clock = { now.withLock { $0 } } }
            var house = try #require(try await found("clubhouse", on: hub).house)
            var last: UInt64 = 0
            for (number, jump) in [0, -86_400_000, 5000, -1, 86_400_000, -3].enumerated() {
                now.withLock { $0 = UInt64(Int64($0) + Int64(jump)) }
                let sent = try house.proposing(by: "alice1", [acknowledgement(UInt8(number))])
                let answer = try await hub.update(
                    Self.room, from: "a.example", sent.update.bundle)
                guard case .accepted(_, let time) = answer.outcome else {
                    Issue.record("refused")
                    continue
                }
                #expect(time >= last)
                last = time
                _ = try house.submit(sent, by: "alice1")
            }
            #expect(last >= Fixtures.now)
            await hub.close()
        }
    }
}
