import MLSMessages
import RoomPolicy
import RuleBook
import TestSupport
import Testing

@Suite("Every rule of a room's policy refuses what breaks it, and only it does")
struct PolicyRuleTests {
    static let cases = changeCases + itemCases + contentCases

    @Test(arguments: cases)
    func refused(_ policyCase: PolicyCase) throws {
        try policyCase.check()
    }

    @Test func noRuleIsWithoutCase() {
        #expect(Set(Rule.policy).subtracting(Self.cases.map(\.rule)).isEmpty)
    }
}

/// What the rules let through.
@Suite struct PolicyTests {
    private func accept(
        _ name: String, by actor: (TestRoom) -> Actor = { $0.actor("admin") },
        parent: ParticipantList? = nil, profile: WireProfile = WireProfile(),
        setUp: (inout TestRoom) -> Void = { _ in }, to change: (inout TestRoom) -> Void,
        describe: (inout RoomChange) -> Void = { _ in }
    ) {
        #expect(throws: Never.self, "\(name)") {
            try PolicyCase.judge(
                by: actor, parent: parent, profile: profile, .complete, setUp: setUp, change,
                describe: describe)
        }
    }

    @Test func whatAnAdministratorMayDo() {
        accept("add") { $0.set("friend", 2, leaves: 0) }
        accept("add with clients") {
            $0.set("friend", 2, leaves: 2)
        } describe: {
            $0.addedClients[TestRoom.user("friend")] = 2
        }
        accept("remove") { $0.set("user", 0) }
        accept("ban") { $0.set("user", 1, leaves: 0) }
        accept("ban someone who is not on the list") { $0.set("friend", 1, leaves: 0) }
        accept(
            "ban them without canBan", setUp: { $0.revoke(.canBan, from: 3) },
            to: { $0.set("friend", 1, leaves: 0) })
        accept("unban") { $0.set("exile", 2, leaves: 0) }
        accept("promote") { $0.set("user", 3) }
        accept("kick") {
            $0.leaves["user"] = 0
        } describe: {
            $0.removedClients[TestRoom.user("user")] = 1
        }
        accept("all of it at once") {
            $0.set("friend", 2, leaves: 0)
            $0.set("user", 0)
            $0.set("other", 3)
            $0.set("exile", 2, leaves: 0)
        }
    }

    @Test func whatUsersMayDo() {
        let user: (TestRoom) -> Actor = { $0.actor("user") }
        accept("leave", by: user) { $0.set("user", 0) }
        accept("a client of their own", by: user) {
            $0.leaves["user"] = 2
        } describe: {
            $0.addedClients[TestRoom.user("user")] = 1
        }
        accept(
            "to replace a client", by: { $0.actor("user", .joiner) }, to: { _ in },
            describe: {
                $0.addedClients[TestRoom.user("user")] = 1
                $0.removedClients[TestRoom.user("user")] = 1
            })
        accept("update, psk and app_ack", by: user) { _ in
        } describe: {
            $0.items = [.update, .psk, .ephemeral(.appAck)]
        }
    }

    @Test func waysIn() {
        let friend: (TestRoom) -> Actor = { $0.actor("friend", .joiner) }
        accept(
            "an open room", by: friend, setUp: { $0.edit(0) { $0.capabilities = [.canOpenJoin] } },
            to: { $0.set("friend", 2, leaves: 1) },
            describe: { $0.addedClients[TestRoom.user("friend")] = 1 })
        accept(
            "preauthorization", by: friend,
            setUp: { $0.preauth = [NameClaims.entry("friend", role: 4)] },
            to: { $0.set("friend", 4, leaves: 0) })
        accept(
            "a code", by: { $0.actor("friend", .joiner, code: 2) },
            setUp: { $0.edit(0) { $0.capabilities = [.canUseJoinCode] } },
            to: { $0.set("friend", 2, leaves: 0) })
        // H-45: any one that holds is enough.
        accept(
            "an open room, with a code for another role",
            by: { $0.actor("friend", .joiner, code: 3) },
            setUp: { $0.edit(0) { $0.capabilities = [.canOpenJoin] } },
            to: { $0.set("friend", 2, leaves: 0) })
    }

    /// F-1: the first entry that matches decides.
    @Test func preauthorizations() throws {
        var room = TestRoom.usual
        room.preauth = [
            .init(
                NameClaims.entry("friend", role: 3).claims
                    + NameClaims.entry("other", role: 3).claims,
                target: .role(Role(index: 3, name: ""))),
            NameClaims.entry("friend", role: 4), NameClaims.entry("friend", role: 2),
        ]
        let policy = try room.policy
        let credential = Credential.other(CredentialType(9), Array("friend".utf8))
        let matchers: [CredentialType: any ClaimMatcher] = [CredentialType(9): NameClaims()]
        #expect(policy.preauthorizedRole(of: credential, matchers) == 4)
        #expect(policy.preauthorizedRole(of: credential, [:]) == nil)
        #expect(policy.preauthorizedRole(of: .basic(identity: []), matchers) == nil)
    }

    /// H-6: what is out of bounds already may stay so, and get better.
    @Test func boundsThatAreMissedAlready() {
        let setUp: (inout TestRoom) -> Void = {
            $0.edit(3) { $0.participants = .init(3) }
            $0.edit(2) { $0.participants = .init(0, 1) }
        }
        accept("another change", setUp: setUp) { $0.set("exile", 3, leaves: 0) }
        accept("a better one", setUp: setUp) { $0.set("user", 3) }
    }

    @Test func childRooms() {
        let parent = ParticipantList(
            TestRoom.usual.participants.map { UserRolePair(TestRoom.user($0.user), role: 2) }
                + [UserRolePair(TestRoom.user("friend"), role: 2)])
        let setUp: (inout TestRoom) -> Void = {
            $0.base.isParentDependent = true
            $0.base.parentRooms = [Array("mimi://a.example/r/parent".utf8)]
        }
        accept("a participant of the parent", parent: parent, setUp: setUp) {
            $0.set("friend", 2, leaves: 0)
        }
        var strict = WireProfile()
        strict.childRoomsAreStrict = true
        #expect(throws: Refusal.self) {
            try PolicyCase.judge(
                by: { $0.actor("admin") }, parent: parent, profile: strict, .complete,
                setUp: setUp, { $0.set("friend", 2, leaves: 0) })
        }
    }

    @Test(arguments: RoleSet.allCases)
    func roleSets(_ set: RoleSet) throws {
        var room = TestRoom()
        room.roles = set.roles
        room.participants = [("admin", 4)]
        try PolicyJudge(room: TestRoom.uri).judge(founding: room.policy, room.leafCounts)
    }
}
