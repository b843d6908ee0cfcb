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

/// What a hub does beyond single updates of single rooms.
@Suite struct HubDutyTests {
    private static let room = Clubhouse.uri.description

    private func open(
        _ path: String, _ edit: (inout HubConfiguration) -> Void = { _ in }
    ) throws -> Hub {
        let key = try HubSigningKey(cipherSuite: 1, privateKey: SHA256.hash([1]).bytes)
        var configuration = HubConfiguration(
            domain: "a.example", signingKeys: [key], clock: { Fixtures.now })
        edit(&configuration)
        return try Hub.open(at: path, configuration)
    }

    /// A room of the hub with members of its own.
    private func found(
        _ name: String, on hub: Hub, _ edit: (inout Clubhouse.Founding) -> Void = { _ in }
    ) async throws -> (answer: Hub.CreationAnswer, house: Clubhouse?) {
        var founding = Clubhouse.Founding()
        let uri = try #require(MIMIURI("mimi://a.example/r/\(name)"))
        founding.settings = RoomSettings(room: uri, hub: "a.example")
        founding.groupID = Array(name.utf8)
        founding.metadata = RoomMetadata(uri: uri.bytes)
        edit(&founding)
        let genesis = try founding.make().genesis
        let answer = try await hub.create(
            RoomCreation(
                room: uri.description, groupInfo: genesis.groupInfo,
                ratchetTree: genesis.tree ?? []))
        return (answer, try? Clubhouse(founding))
    }

    private func send(_ sent: Clubhouse.Sent, to room: String, _ hub: Hub) async throws {
        let answer = try await hub.update(
            "mimi://a.example/r/\(room)", from: sent.update.source.description,
            sent.update.bundle)
        if case .refused(let refusal) = answer.outcome { throw refusal }
    }

    private func rule(_ answer: Hub.CreationAnswer) -> String? {
        if case .refused(let refusal) = answer { refusal.rule } else { nil }
    }

    // MARK: Rooms among each other

    /// B-13, E-19: who leaves the parent room leaves its children, also when the hub stops between.
    @Test func childrenFollowTheirParent() async throws {
        try await withStorePath { path in
            var hub = try open(path)
            let (_, parent) = try await found("parent", on: hub) {
                $0.participants = [("alice", 3), ("bob", 2), ("cathy", 2)]
            }
            func child(_ name: String, _ users: [(String, UInt32)]) async throws -> String? {
                rule(
                    try await found(name, on: hub) {
                        $0.participants = users
                        $0.base.isParentDependent = true
                        $0.base.parentRooms = [Array("mimi://a.example/r/parent".utf8)]
                    }.answer)
            }
            #expect(try await child("strangers", [("alice", 3), ("dora", 2)]) == "B-13")
            #expect(try await child("first", [("alice", 3), ("bob", 2)]) == nil)
            #expect(try await child("second", [("alice", 3), ("cathy", 2)]) == nil)
            func users(_ room: String) async throws -> [String] {
                try await hub.summary(of: "mimi://a.example/r/\(room)")?.participants.map {
                    String($0.user.split(separator: "/").last ?? "")
                } ?? []
            }
            try await send(
                try #require(parent?.proposing(by: "alice1", [parent!.changing([("bob", 0)])])),
                to: "parent", hub)
            #expect(try await users("parent") == ["alice", "cathy"])
            #expect(try await users("first") == ["alice"])
            #expect(try await users("second") == ["alice", "cathy"])
            await hub.close()
            hub = try open(path)
            #expect(try await users("first") == ["alice"])
            await hub.close()
        }
    }

    /// B-12: of one set of users there is one room with fixed membership.
    @Test func twoRoomsOfTheSameTwo() async throws {
        try await withStorePath { path in
            let hub = try open(path)
            func direct(_ name: String, _ users: [(String, UInt32)]) async throws -> String? {
                rule(
                    try await found(name, on: hub) {
                        $0.participants = users
                        $0.base.isFixedMembership = true
                        $0.roles = Clubhouse.roles.map { role in
                            var role = role
                            role.capabilities.removeAll { $0 == .canAddParticipant }
                            return role
                        }
                    }.answer)
            }
            #expect(try await direct("one", [("alice", 3), ("bob", 2)]) == nil)
            #expect(try await direct("two", [("alice", 3), ("cathy", 2)]) == nil)
            #expect(try await direct("three", [("alice", 2), ("bob", 3)]) == "B-12")
            await hub.close()
        }
    }

    @Test func roomsOfUsersAndProviders() async throws {
        try await withStorePath { path in
            let hub = try open(path)
            for name in ["x", "y"] {
                _ = try await found(name, on: hub) {
                    $0.participants = [("alice", 3)] + (name == "y" ? [("bob", 2)] : [])
                }
            }
            let bob = "mimi://b.example/u/bob"
            #expect(try hub.rooms(ofUser: bob).map(\.room) == ["mimi://a.example/r/y"])
            #expect(try hub.rooms(ofUser: bob).map(\.role) == [2])
            #expect(try hub.rooms(ofProvider: "a.example").count == 2)
            #expect(try hub.rooms(ofProvider: "b.example").count == 1)
            #expect(try hub.rooms(ofProvider: "c.example").isEmpty)
            let records = try #require(try hub.records(of: "mimi://a.example/r/y"))
            for try await record in records {
                #expect(record.room == 2)
                break
            }
            #expect(try hub.records(of: "mimi://a.example/r/z") == nil)
            await hub.close()
        }
    }

    // MARK: The end of a room

    @Test func aClosedRoom() async throws {
        try await withStorePath { path in
            var hub = try open(path)
            let (_, house) = try await found("clubhouse", on: hub)
            let late = try #require(house?.committing(by: "alice1", CommitOptions()))
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
