import MLSMessages
import RoomPolicy
import RuleBook

/// Policies that make no sense by themselves, whoever made them.
let contentCases: [PolicyCase] = [
    .content(.participantList, "a user twice") { $0.participants.append(("user", 2)) },
    .content(.participantList, "role 0") { $0.participants[1].role = 0 },
    .content(.participantList, "an unknown role") { $0.participants[1].role = 9 },
    .content(.uri, "a user that is none") { $0.participants.append(("", 2)) },
    .content(.bannedRole, "another name") { $0.edit(1) { $0.name = Text("outcast") } },
    .content(.roomURI, "of another room") {
        $0.metadata = RoomMetadata(uri: Array("mimi://a.example/r/other".utf8))
    },
    .content(.parentRoom, "none") { $0.base.isParentDependent = true },
    .content(.parentRoom, "one too many") {
        $0.base.parentRooms = [Array("mimi://a.example/r/parent".utf8)]
    },
    .content(.parentRoom, "not a room") {
        $0.base.isParentDependent = true
        $0.base.parentRooms = [Array("mimi://a.example/u/parent".utf8)]
        $0.participants = []
    },
    .content(.policyContent, "an index twice") { $0.roles.append(Role(index: 4, name: "again")) },
    .content(.policyContent, "open join of a role") {
        $0.edit(2) { $0.capabilities.append(.canOpenJoin) }
    },
    .content(.policyContent, "adding users to a fixed room") { $0.base.isFixedMembership = true },
    .content(.policyContent, "bounds") { $0.edit(2) { $0.participants = .init(3, 2) } },
    .content(.policyContent, "bounds of active users") {
        $0.edit(2) { $0.activeParticipants = .init(3, 2) }
    },
    .content(.policyContent, "changes to an unknown role") {
        $0.edit(2) { $0.changes = [.init(from: 2, to: [9])] }
    },
    .content(.policyContent, "two entries of changes from a role") {
        $0.edit(2) { $0.changes = [.init(from: 2, to: [0]), .init(from: 2, to: [3])] }
    },
    .content(.policyContent, "a preauthorization without claims") {
        $0.preauth = [.init([], target: .role(Role(index: 2, name: "")))]
    },
    .content(.policyContent, "a preauthorization to no role") {
        $0.preauth = [NameClaims.entry("x", role: 9)]
    },
    .content(.policyContent, "a component that is not listed") {
        $0.preauth = [NameClaims.entry("x", role: 2)]
        $0.listsComponents = false
    },
    .content(.policyContent, "text with NUL") {
        $0.metadata = RoomMetadata(uri: TestRoom.uri)
        $0.metadata?.name = Text("a\0b")
    },
    .content(.policyContent, "history shared by the banned") {
        // required; roles 1; not automatic; 60 s
        $0.others[.chatHistoryPolicy] = [1, 4, 0, 0, 0, 1, 0, 0, 0, 0, 60]
    },
    .content(.policyContent, "a bot of an unknown role") {
        // one bot without texts, local, role 9
        $0.others[.botPolicy] = [10, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0]
    },
]

extension PolicyCase {
    /// The founding of a room of the usual roles with one fault.
    fileprivate static func content(
        _ rule: Rule, _ name: String, _ edit: @escaping @Sendable (inout TestRoom) -> Void
    ) -> PolicyCase {
        PolicyCase(rule, name) { enforcement in
            var room = TestRoom.usual
            edit(&room)
            let parent = room.participants.map { UserRolePair(TestRoom.user($0.user), role: 2) }
            try PolicyJudge(
                room: TestRoom.uri, parents: TestRoom.parents(ParticipantList(parent)), enforcement
            ).judge(founding: room.policy, LeafCounts())
        }
    }
}
