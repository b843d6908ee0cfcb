import MLSMessages
import RoomPolicy
import RuleBook
import Testing

/// A change of a room that one rule forbids: refused with it, and without it not.
struct PolicyCase: Sendable, CustomTestStringConvertible {
    let rule: Rule
    let name: String
    let judge: @Sendable (Enforcement) throws -> Void

    var testDescription: String { "\(rule): \(name)" }

    init(_ rule: Rule, _ name: String, judge: @escaping @Sendable (Enforcement) throws -> Void) {
        self.rule = rule
        self.name = name
        self.judge = judge
    }

    /// A change by `actor` in a room of the usual roles; `setUp` makes the room, `change` what it
    /// becomes, and `describe` says of the change what its policy does not show.
    static func change(
        _ rule: Rule, _ name: String,
        by actor: @escaping @Sendable (TestRoom) -> Actor = {
            $0.actor("admin")
        },
        parent: ParticipantList? = nil, envelope: PolicyEnvelope = PolicyEnvelope(),
        profile: WireProfile = WireProfile(),
        setUp: @escaping @Sendable (inout TestRoom) -> Void = { _ in },
        _ change: @escaping @Sendable (inout TestRoom) -> Void,
        describe: @escaping @Sendable (inout RoomChange) -> Void = { _ in }
    ) -> PolicyCase {
        PolicyCase(rule, name) { enforcement in
            try judge(
                by: actor, parent: parent, envelope: envelope, profile: profile, enforcement,
                setUp: setUp, change, describe: describe)
        }
    }

    static func judge(
        by actor: (TestRoom) -> Actor, parent: ParticipantList? = nil,
        envelope: PolicyEnvelope = PolicyEnvelope(), profile: WireProfile = WireProfile(),
        _ enforcement: Enforcement, setUp: (inout TestRoom) -> Void,
        _ change: (inout TestRoom) -> Void, describe: (inout RoomChange) -> Void = { _ in }
    ) throws {
        var room = TestRoom.usual
        setUp(&room)
        var after = room
        change(&after)
        var roomChange = RoomChange(
            from: try room.policy, to: try after.policy, leaves: room.leafCounts,
            then: after.leafCounts)
        describe(&roomChange)
        let judge = PolicyJudge(
            room: TestRoom.uri, envelope: envelope, matchers: [CredentialType(9): NameClaims()],
            parents: TestRoom.parents(parent), profile: profile, enforcement)
        try judge.judge(roomChange, by: actor(room))
    }

    func check() throws {
        do {
            try judge(.complete)
            Issue.record("not refused")
        } catch let refusal as Refusal {
            #expect(refusal.rule == rule, "\(refusal)")
        }
        do {
            try judge(.without(rule))
        } catch let refusal as Refusal {
            Issue.record("another rule refuses it: \(refusal)")
        }
    }
}

extension TestRoom {
    /// Roles of each kind: nobody, banned, users and an administrator, who may do all.
    static var usual: TestRoom {
        var room = TestRoom()
        room.roles = [
            Role(index: 0, name: "nobody", changes: [.init(from: 0, to: [2])]),
            Role(index: 1, name: "banned", activeParticipants: .init(0, 0)),
            Role(
                index: 2, name: "user",
                capabilities: [.canAddOwnClient, .canRemoveOwnClient, .canRemoveSelf],
                changes: [.init(from: 2, to: [0])]),
            Role(
                index: 3, name: "admin",
                capabilities: [
                    .canAddParticipant, .canRemoveParticipant, .canAddOwnClient,
                    .canRemoveOwnClient, .canRemoveSelf, .canBan, .canUnban, .canKick,
                    .canChangeUserRole, .canChangeOwnRole, .canChangeRoomName,
                    .canChangeRoomDescription, .canChangeRoomAvatar, .canChangeRoomSubject,
                    .canChangeRoomMood, .canChangeRoomMembershipStyle,
                    .canChangeRoleDefinitions, .canChangePreauthorizedUserList,
                    .canChangeOtherPolicyAttribute, .canChangeMLSOperationalPolicies,
                    .canSendMLSReInitProposal,
                ],
                changes: [
                    .init(from: 0, to: [1, 2, 3]), .init(from: 1, to: [0, 2, 3]),
                    .init(from: 2, to: [0, 1, 3]), .init(from: 3, to: [0, 1, 2]),
                ]),
            Role(index: 4, name: "guest", capabilities: [.canJoinIfPreauthorized]),
        ]
        room.participants = [("admin", 3), ("user", 2), ("other", 2), ("exile", 1)]
        return room
    }

    mutating func edit(_ role: UInt32, _ body: (inout Role) -> Void) {
        for place in roles.indices where roles[place].index == role { body(&roles[place]) }
    }

    /// Gives the room an operational policy.
    mutating func operate(_ body: (inout OperationalParameters) -> Void) {
        var parameters = OperationalParameters()
        body(&parameters)
        others[.operationalPolicy] = parameters.encoded(WireProfile())
    }

    /// Takes a capability from a role.
    mutating func revoke(_ capability: Capability, from role: UInt32) {
        edit(role) { $0.capabilities.removeAll { $0 == capability } }
    }

    /// Takes a change from a role.
    mutating func forbid(_ role: UInt32, _ from: UInt32, _ target: UInt32) {
        edit(role) {
            $0.changes = $0.changes.map {
                $0.from == from ? .init(from: from, to: $0.targets.filter { $0 != target }) : $0
            }
        }
    }

    /// Puts a user on the list, or gives one another role; 0 removes the user and its leaves.
    mutating func set(_ user: String, _ role: UInt32, leaves count: Int? = nil) {
        if let place = participants.firstIndex(where: { $0.user == user }) {
            if role == 0 { participants.remove(at: place) } else { participants[place].role = role }
        } else {
            participants.append((user, role))
        }
        if let count { leaves[user] = count }
    }
}
