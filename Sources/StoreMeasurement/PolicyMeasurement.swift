import MLSMessages
import PresentationLanguage
import RoomPolicy

/// How fast it is decided whether a participant may change another's role.
package struct PolicyMeasurement: Hashable, Sendable, Encodable {
    package let benchmark = "policy"
    package let participants: Int
    package let decisions: Int
    /// Of the processor: a decision when it is known what the list becomes.
    package let decisionUs: Double
    /// The same with the new list made of the old one.
    package let updateUs: Double
    package let perSecond: Double

    private enum CodingKeys: String, CodingKey {
        case benchmark, participants, decisions
        case decisionUs = "decision_us"
        case updateUs = "update_us"
        case perSecond = "per_second"
    }

    /// Every decision is about another of the ordinary users, whom the room's administrator promotes.
    package init(participants count: Int, decisions: Int) throws {
        let users = (0..<count).map { Array("mimi://hub.example/u/\($0)".utf8) }
        let registry = ComponentRegistry(WireProfile())
        let before = try RoomPolicy(Self.components(users), registry)
        let leaves = LeafCounts(Dictionary(uniqueKeysWithValues: users.map { ($0, 1) }))
        let judge = PolicyJudge(room: Array("mimi://hub.example/r/1".utf8))
        let actor = Actor(.member, user: users[0], credential: .basic(identity: users[0] + [0x23]))
        var deciding: [Double] = []
        var updating: [Double] = []
        for number in 0..<decisions {
            let place = UInt32(2 + number % (count - 2))
            let start = processorTime()
            let proposal = ParticipantListUpdate(changed: [.init(place: place, role: 3)]).proposal
            let after = try before.applying([proposal], registry)
            let middle = processorTime()
            try judge.judge(
                RoomChange(from: before, to: after, leaves: leaves, then: leaves), by: actor)
            let end = processorTime()
            deciding.append(end - middle)
            updating.append(end - start)
        }
        participants = count
        self.decisions = decisions
        decisionUs = deciding.median
        updateUs = updating.median
        perSecond = 1e6 / decisionUs
    }

    private static func components(_ users: [[UInt8]]) -> [ComponentID: [UInt8]] {
        let pairs = users.enumerated().map { place, user in
            UserRolePair(user, role: place == 0 ? 4 : place == 1 ? 3 : 2)
        }
        var components: [ComponentID: [UInt8]] = [
            .participantList: ParticipantList(pairs).encoded,
            .rolesList: RolesList(RoleSet.administered.roles).encoded,
        ]
        components[.baseRoomPolicy] = BaseRoomPolicy().listing(components.keys).encoded
        return components
    }
}
