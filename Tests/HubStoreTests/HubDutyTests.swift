import EndpointMessages
import Foundation
import HubStore
import MLSCrypto
import MLSMember
import MLSMessages
import PresentationLanguage
import RoomPolicy
import RoomState
import TestSupport
import Testing

/// What a hub does beyond single updates.
@Suite struct HubDutyTests: HubPlace {
    // MARK: The end of a room

    @Test func aClosedRoom() async throws {
        try await withStorePath { path in
            var hub = try open(path)
            let (_, house) = try await found("clubhouse", on: hub)
            let late = try #require(house).committing(by: "alice1", CommitOptions())
            guard case .accepted = try await hub.close(Self.room, because: "done").outcome else {
                Issue.record("not closed")
                return
            }
            for _ in 0..<2 {
                await #expect(throws: HubRefusal.self) {
                    try await send(late, to: "clubhouse", hub)
                }
                guard
                    case .refused(let refusal) = try await hub.close(Self.room, because: "")
                        .outcome
                else {
                    Issue.record("closed twice")
                    return
                }
                #expect(refusal.rule == "B-15")
                await hub.close()
                hub = try open(path)
            }
            await hub.close()
        }
    }

    // MARK: Limits

    @Test func aRoomFullOfProposals() async throws {
        try await withStorePath { path in
            let hub = try open(path) { $0.limits.pendingProposals = 2 }
            var house = try #require(try await found("clubhouse", on: hub).house)
            for name in ["bob", "cathy"] {
                let sent = try house.proposing(by: "alice1", [house.changing([(name, 2)])])
                try await send(sent, to: "clubhouse", hub)
                _ = try house.submit(sent, by: "alice1")
            }
            let third = try house.proposing(
                by: "alice1", [Clubhouse.metadata(name: "full")])
            do {
                try await send(third, to: "clubhouse", hub)
                Issue.record("not refused")
            } catch let refusal as HubRefusal {
                #expect(refusal.rule == "G-3")
            }
            await hub.close()
        }
    }

    /// The journal holds the latest refusals, and no more of them than it is to.
    @Test func theJournalOfRefusals() async throws {
        try await withStorePath { path in
            var hub = try open(path) { $0.limits.refusals = 5 }
            _ = try await found("clubhouse", on: hub)
            for number in 0..<12 {
                _ = try await hub.update(Self.room, from: "x\(number).example", [1, 2, 3])
            }
            await hub.close()
            hub = try open(path)
            let kept = try hub.refusals()
            #expect(kept.map(\.provider) == (7..<12).map { "x\($0).example" })
            #expect(kept.allSatisfy { $0.refusal.rule == "D-1" && $0.room == Self.room })
            await hub.close()
        }
    }

    // MARK: Queues

    /// What is acknowledged is gone, and positions go on.
    @Test func queues() async throws {
        try await withStorePath { path in
            var hub = try open(path)
            let house = try #require(try await found("clubhouse", on: hub).house)
            var copy = house
            for number in 0..<5 {
                let sent = try copy.committing(by: "alice1", CommitOptions())
                try await send(sent, to: "clubhouse", hub)
                _ = try copy.submit(sent, by: "alice1")
                #expect(try hub.deliveries(to: "a.example").count == number + 1)
            }
            #expect(try hub.deliveries(to: "b.example").isEmpty)
            try await hub.acknowledge("a.example", through: 2)
            #expect(try hub.deliveries(to: "a.example").map(\.position) == [3, 4])
            try await hub.acknowledge("a.example", through: .max)
            await hub.close()
            hub = try open(path)
            let sent = try copy.committing(by: "alice1", CommitOptions())
            try await send(sent, to: "clubhouse", hub)
            let next = try hub.deliveries(to: "a.example")
            #expect(next.map(\.position) == [5])
            #expect(next.map(\.kind) == [.commit])
            let message = try FanoutMessage(parsing: next[0].body)
            #expect(message.timestamp == Fixtures.now)
            #expect(message.message.encoded == (try #require(sent.commit)).message.encoded)
            await hub.close()
        }
    }

    /// Who follows a queue gets what is there and what comes, messages too.
    @Test func followingAQueue() async throws {
        try await withStorePath { path in
            let hub = try open(path)
            var house = try #require(try await found("clubhouse", on: hub).house)
            let follower = Task {
                var kinds: [HubDelivery.Kind] = []
                for try await delivery in hub.deliveries(following: "a.example") {
                    kinds.append(delivery.kind)
                    if kinds.count == 4 { break }
                }
                return kinds
            }
            let patient = Task {
                for try await _ in hub.deliveries(following: "z.example") {}
                return true
            }
            for _ in 0..<3 {
                let sent = try house.committing(by: "alice1", CommitOptions())
                try await send(sent, to: "clubhouse", hub)
                _ = try house.submit(sent, by: "alice1")
            }
            var alice = try #require(house.members["alice1"])
            let message = SubmitMessageRequest(
                message: try alice.encrypt([1]), sendingURI: Clubhouse.user("alice"))
            // The roles of this room do not speak of messages.
            guard
                case .refused(let refusal) = try await hub.submitMessage(
                    Self.room, from: "a.example", message.encoded
                ).outcome
            else {
                Issue.record("taken")
                return
            }
            #expect(refusal.rule == "F-23")
            let last = try house.committing(by: "alice1", CommitOptions())
            try await send(last, to: "clubhouse", hub)
            #expect(try await follower.value == [.commit, .commit, .commit, .commit])
            await hub.close()
            #expect(try await patient.value)
        }
    }

    /// A Welcome does not go to whoever says that the key package is theirs (G-14).
    @Test func aKeyPackageOfAnother() async throws {
        try await withStorePath { path in
            let hub = try open(path)
            var house = try #require(try await found("clubhouse", on: hub).house)
            let bob = try Clubhouse.keyPackage("bob1").keyPackage
            let grant = ConsentEntry(
                operation: .grant, requesterURI: Clubhouse.user("alice"),
                targetURI: Array("mimi://c.example/u/carl".utf8), roomID: nil,
                clientKeyPackages: [bob])
            #expect(try await hub.consent(from: "c.example", grant.encoded) == nil)
            let sent = try house.committing(
                by: "alice1", CommitOptions([house.changing([("bob", 2)]), .add(bob)]))
            try await send(sent, to: "clubhouse", hub)
            _ = try house.submit(sent, by: "alice1")
            #expect(try hub.deliveries(to: "b.example").map(\.kind) == [.welcome])
            #expect(try hub.deliveries(to: "c.example").isEmpty)
            await hub.close()
        }
    }

    @Test func requestsThatAreTooLarge() async throws {
        try await withStorePath { path in
            let hub = try open(path) { $0.limits.requestSize = 1000 }
            let house = try #require(try await found("clubhouse", on: hub).house)
            var alice = try #require(house.members["alice1"])
            let message = SubmitMessageRequest(
                message: try alice.encrypt([UInt8](repeating: 1, count: 1000)),
                sendingURI: Clubhouse.user("alice"))
            guard
                case .refused(let refusal) = try await hub.submitMessage(
                    Self.room, from: "a.example", message.encoded
                ).outcome
            else {
                Issue.record("taken")
                return
            }
            #expect(refusal.rule == "G-3")
            let large = [UInt8](repeating: 0, count: 1001)
            #expect(
                try await hub.groupInfo(Self.room, from: "a.example", large).refusal?.rule
                    == "G-3")
            #expect(try await hub.consent(from: "a.example", large)?.rule == "G-3")
            await hub.close()
        }
    }

    // MARK: Consent

    @Test func consents() async throws {
        try await withStorePath { path in
            let hub = try open(path)
            let (alice, bob) = ("mimi://a.example/u/alice", "mimi://b.example/u/bob")
            func say(
                _ operation: ConsentOperation, room: String? = nil, from provider: String
            ) async throws -> String? {
                let entry = ConsentEntry(
                    operation: operation, requesterURI: Array(bob.utf8),
                    targetURI: Array(alice.utf8), roomID: room.map { Array($0.utf8) })
                return try await hub.consent(from: provider, entry.encoded)?.rule
            }
            #expect(try !hub.consents(alice, to: bob))
            #expect(try await say(.request, from: "b.example") == nil)
            #expect(try !hub.consents(alice, to: bob))
            #expect(try await say(.grant, from: "b.example") == "G-15")
            #expect(try await say(.grant, from: "a.example") == nil)
            #expect(try hub.consents(alice, to: bob))
            #expect(try hub.consents(alice, to: bob, in: Self.room))
            #expect(try await say(.cancel, from: "b.example") == nil)
            #expect(try hub.consents(alice, to: bob))
            #expect(try await say(.revoke, room: Self.room, from: "a.example") == nil)
            #expect(try !hub.consents(alice, to: bob, in: Self.room))
            #expect(try hub.consents(alice, to: bob))
            #expect(try await say(.grant, room: "mimi://a.example/r/2", from: "a.example") == nil)
            #expect(try await say(.revoke, from: "a.example") == nil)
            #expect(try !hub.consents(alice, to: bob, in: "mimi://a.example/r/2"))
            #expect(try await say(.grant, from: "a.example") == nil)
            #expect(try hub.consents(alice, to: bob, in: "mimi://a.example/r/2"))
            #expect(try !hub.consents(alice, to: bob, in: Self.room))
            #expect(try await say(.grant, room: "room", from: "a.example") == "A-1")
            #expect(try await hub.consent(from: "b.example", [9])?.rule == "D-1")
            await hub.close()
        }
    }
}

extension Clubhouse {
    fileprivate static func metadata(name: String) -> Proposal {
        var metadata = RoomMetadata(uri: uri.bytes)
        metadata.name = Text(name)
        return .appDataUpdate(AppDataUpdate(.roomMetadata, .update(metadata.encoded)))
    }
}
