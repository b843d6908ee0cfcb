import Foundation
import HubStore
import MLSCrypto
import MLSMember
import RoomPolicy
import RoomState
import Synchronization
import TestSupport
import Testing
import TransparencyLog

/// What a hub's log is beyond its rooms: signed, of a limited size, pruned, redacted.
@Suite struct HubLogTests: HubPlace {
    private func key() throws -> SignerKey {
        let name = try #require(NoteLine("a.example"))
        let seed = SHA256.hash([7])
        return try #require(try SignerKey(name: name, type: .ed25519, seed: seed))
    }

    @Test func checkpointsAndReceipts() async throws {
        try await withStorePath { path in
            let key = try key()
            let signing = try LogSigningKey(key.text)
            #expect(signing.verifierKey == key.verifier.text)
            var hub = try open(path) { $0.logKey = signing }
            let house = try #require(try await found("clubhouse", on: hub).house)
            #expect(try hub.receipt(for: 0) == nil)
            let first = try await hub.checkpoint()
            let sent = try house.proposing(by: "alice1", [house.changing([("bob", 3)])])
            try await send(sent, to: "clubhouse", hub)
            #expect(try hub.receipt(for: 1) == nil)
            let second = try await hub.checkpoint()
            #expect(try await hub.checkpoint() == second)
            let policy = TrustPolicy(logs: [key.verifier])
            let old = try policy.verify(SignedCheckpoint(parsing: Array(first.utf8)))
            let new = try policy.verify(SignedCheckpoint(parsing: Array(second.utf8)))
            #expect(old.head.size == 1 && new.head.size == 2)
            for sequence: UInt64 in [0, 1] {
                let text = try #require(try hub.receipt(for: sequence))
                let receipt = try LogProof(parsing: Array(text.utf8))
                let record = try #require(try hub.log.log.record(at: sequence))
                #expect(
                    try receipt.verify(leafData: record.envelope.leafData, by: policy).head
                        == new.head)
            }
            await hub.close()

            // A store that was put back is not signed, whatever it is followed by.
            try FileManager.default.removeItem(atPath: path)
            hub = try open(path) { $0.logKey = signing }
            await #expect(throws: HubError.self) { try await hub.checkpoint() }
            _ = try await found("other", on: hub)
            _ = try await found("another", on: hub)
            await #expect(throws: HubError.self) { try await hub.checkpoint() }
            await hub.close()
            hub = try open(path)
            await #expect(throws: HubError.self) { try await hub.checkpoint() }
            await hub.close()
            try? FileManager.default.removeItem(atPath: path + ".anchor")
        }
    }

    @Test func aFullStoreStillLetsUsersOut() async throws {
        try await withStorePath { path in
            // As many pages as an empty store has, and the reserve.
            let hub = try open(path) {
                $0.limits.storeSize = 64 << 20
                $0.limits.storeReserve = 4 << 20
            }
            let house = try #require(try await found("clubhouse", on: hub).house)
            await hub.close()
            let full = try open(path) {
                $0.limits.storeSize = 4 << 20
                $0.limits.storeReserve = 4 << 20
            }
            let change = try house.proposing(by: "alice1", [house.changing([("bob", 3)])])
            do {
                try await send(change, to: "clubhouse", full)
                Issue.record("not full")
            } catch let error as HubError {
                guard case .full = error else { throw error }
            }
            // Reading goes on.
            #expect(try await full.summary(of: Self.room) != nil)
            let removal = try house.proposing(
                by: "alice1", [house.changing([("bob", 0)])] + house.removals(of: "bob"))
            try await send(removal, to: "clubhouse", full)
            await full.close()
            // Without a reserve nothing goes.
            let fuller = try open(path) { $0.limits.storeSize = 1 }
            await #expect(throws: HubError.self) {
                _ = try await fuller.close(Self.room, because: "full")
            }
            await fuller.close()
        }
    }

    @Test func whatIsOldIsForgotten() async throws {
        try await withStorePath { path in
            let now = Mutex(Fixtures.now)
            let hub = try open(path) { configuration in
                configuration.clock = { now.withLock { $0 } }
                configuration.retention.answers = 1000
                configuration.retention.deliveries = 5000
            }
            let house = try #require(try await found("clubhouse", on: hub).house)
            let sent = try house.proposing(by: "alice1", [house.changing([("bob", 3)])])
            try await send(sent, to: "clubhouse", hub)
            #expect(try !hub.deliveries(to: "a.example").isEmpty)
            try await hub.add(
                JoinCode([1, 2], role: 2, expires: Fixtures.now + 100), to: Self.room)
            #expect(try await hub.prune() == Hub.Pruned())
            now.withLock { $0 += 2000 }
            var pruned = try await hub.prune()
            #expect(pruned.answers == 1 && pruned.joinCodes == 1 && pruned.deliveries == 0)
            now.withLock { $0 += 4000 }
            pruned = try await hub.prune()
            #expect(pruned.answers == 0 && pruned.deliveries > 0)
            #expect(try hub.deliveries(to: "a.example").isEmpty)
            #expect(try await hub.prune() == Hub.Pruned())
            // The same update again is judged anew: it waits already.
            try await send(sent, to: "clubhouse", hub)
            await hub.close()
        }
    }

    @Test func aRedactedRoomGoesOn() async throws {
        try await withStorePath { path in
            var hub = try open(path)
            var house = try #require(try await found("clubhouse", on: hub).house)
            let change = try house.proposing(by: "alice1", [house.changing([("bob", 3)])])
            try await send(change, to: "clubhouse", hub)
            _ = try house.submit(change, by: "alice1")
            // A proposal that waits is needed.
            await #expect(throws: HubError.self) {
                try await hub.redact(1...1, of: Self.room, because: "asked to")
            }
            let commit = try house.committing(by: "alice1", CommitOptions())
            try await send(commit, to: "clubhouse", hub)
            _ = try house.submit(commit, by: "alice1")
            let state = try #require(try await hub.summary(of: Self.room))
            let record = try await hub.redact(0...1, of: Self.room, because: "asked to")
            #expect(record == 3)
            await #expect(throws: HubError.self) {
                try await hub.redact(3...9, of: Self.room, because: "too far")
            }
            for _ in 0..<2 {
                #expect(try await hub.brokenPromises(of: Self.room) == [])
                let summary = try #require(try await hub.summary(of: Self.room))
                #expect(summary.epoch == state.epoch)
                await hub.close()
                hub = try open(path)
            }
            var redacted: [UInt64] = []
            for try await found in hub.records() {
                if found.redactedBy == record { redacted.append(found.sequence) }
                if found.sequence == record {
                    #expect(found.events == [.payloadsRedacted(0...1)])
                    break
                }
            }
            #expect(redacted == [0, 1])
            let next = try house.proposing(by: "alice1", [house.changing([("cathy", 3)])])
            try await send(next, to: "clubhouse", hub)
            #expect(try await hub.brokenPromises(of: Self.room) == [])
            await hub.close()
        }
    }
}
