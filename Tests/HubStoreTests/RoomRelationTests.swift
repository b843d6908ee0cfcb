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

/// What rooms of one hub have to do with each other.
@Suite struct RoomRelationTests: HubPlace {
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
                try #require(parent).proposing(by: "alice1", [parent!.changing([("bob", 0)])]),
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

    /// Two rooms can't be each other's parents, nor one its own: nobody would answer any more.
    @Test func parentsInACircle() async throws {
        try await withStorePath { path in
            let hub = try open(path)
            func child(_ edit: (inout Clubhouse.Founding) -> Void) async throws -> Clubhouse {
                var house: Clubhouse?
                (_, house) = try await found("child", on: hub) {
                    $0.participants = [("alice", 4)]
                    $0.roles = RoleSet.administered.roles.map { role in
                        var role = role
                        role.capabilities += [.canChangeRoomMembershipStyle]
                        return role
                    }
                    edit(&$0)
                }
                return try #require(house)
            }
            _ = try await found("parent", on: hub) { $0.participants = [("alice", 3)] }
            let house = try await child { _ in }
            func moving(to parent: String) throws -> Clubhouse.Sent {
                var base = house.room.committed.base
                base.isParentDependent = true
                base.parentRooms = [Array("mimi://a.example/r/\(parent)".utf8)]
                let update = AppDataUpdate(.baseRoomPolicy, .update(base.encoded))
                return try house.proposing(by: "alice1", [.appDataUpdate(update)])
            }
            for parent in ["child", "nowhere"] {
                do {
                    try await send(moving(to: parent), to: "child", hub)
                    Issue.record("\(parent) is a parent")
                } catch let refusal as HubRefusal {
                    #expect(refusal.rule == "B-13")
                }
            }
            // A room by itself may become a child.
            try await send(moving(to: "parent"), to: "child", hub)
            await hub.close()
        }
    }

    /// What is in the way of a child's duty only delays it.
    @Test func aChildThatFollowsLater() async throws {
        try await withStorePath { path in
            let hub = try open(path)
            let parent = try #require(
                try await found("parent", on: hub) {
                    $0.participants = [("alice", 3), ("bob", 2), ("cathy", 2)]
                }.house)
            var child = try #require(
                try await found("child", on: hub) {
                    $0.participants = [("alice", 3), ("bob", 2), ("cathy", 2)]
                    $0.base.isParentDependent = true
                    $0.base.parentRooms = [Array("mimi://a.example/r/parent".utf8)]
                }.house)
            // An update about two users, so that a removal of one does not supersede it (E-11).
            let both = try child.proposing(
                by: "alice1", [child.changing([("bob", 4), ("cathy", 4)])])
            try await send(both, to: "child", hub)
            _ = try child.submit(both, by: "alice1")
            try await send(
                try parent.proposing(by: "alice1", [parent.changing([("bob", 0)])]),
                to: "parent", hub)
            func hasBob() async throws -> Bool {
                let summary = try await hub.summary(of: "mimi://a.example/r/child")
                return summary?.participants.contains { $0.user.hasSuffix("/bob") } ?? false
            }
            #expect(try await hasBob())
            try await send(
                try child.committing(by: "alice1", CommitOptions()), to: "child", hub)
            #expect(try await !hasBob())
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
            // One that is over leaves its users free for another.
            _ = try await hub.close("mimi://a.example/r/one", because: "over")
            #expect(try await direct("three", [("alice", 2), ("bob", 3)]) == nil)
            #expect(try await direct("four", [("alice", 3), ("bob", 2)]) == "B-12")
            #expect(try hub.log.checkProjections() == [])
            await hub.close()
        }
    }

    /// What an embedder says of credentials counts; basic ones make no claims by themselves.
    @Test func claimsOfTheEmbedder() async throws {
        struct Everybody: HubClaims {
            func matches(id: [UInt8], value: [UInt8], _ credential: HubCredential) -> Bool {
                id == Array("club".utf8) && credential != .basic(identity: [])
            }
        }
        for isKnown in [false, true] {
            try await withStorePath { path in
                let hub = try open(path) { if isKnown { $0.claims[1] = Everybody() } }
                let house = try #require(
                    try await found("clubhouse", on: hub) { founding in
                        let claim = Claim(.basic, id: Array("club".utf8), value: [])
                        let role = Role(index: 2, name: "")
                        founding.others[.preauthList] =
                            PreauthList([.init([claim], target: .role(role))]).encoded
                        founding.roles = Clubhouse.roles.map { role in
                            var role = role
                            if role.index == 2 { role.capabilities += [.canJoinIfPreauthorized] }
                            return role
                        }
                    }.house)
                let sent = try house.joining(as: "dora1", [house.changing([("dora", 2)])])
                do {
                    try await send(sent, to: "clubhouse", hub)
                    #expect(isKnown)
                } catch let refusal as HubRefusal {
                    #expect(!isKnown)
                    #expect(refusal.rule == "F-15" || refusal.rule == "F-14")
                }
                await hub.close()
            }
        }
    }

    /// A room keeps the readings that it was created with.
    @Test func readings() async throws {
        try await withStorePath { path in
            let hub = try open(path)
            var founding = Clubhouse.Founding()
            let claim = Claim(.x509, id: Array("2.5.4.10".utf8), value: [1])
            founding.others[.preauthList] =
                PreauthList([.init([claim], target: .index(2))]).encoded
            let genesis = try founding.make().genesis
            var creation = RoomCreation(
                room: Self.room, groupInfo: genesis.groupInfo, ratchetTree: genesis.tree ?? [])
            #expect(rule(try await hub.create(creation)) == "F-V")
            creation.readings = .preauthTargetIsIndex
            #expect(rule(try await hub.create(creation)) == nil)
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
}
