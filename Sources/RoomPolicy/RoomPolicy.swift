import MLSMessages
import PresentationLanguage
import RuleBook

/// What the components of a room say: who is on its list, in which role, and what the roles may do.
///
/// A room has two of them: the committed one, which its GroupContext holds, and the effective one,
/// which counts the proposals that wait as well (B-2). It never changes, so that copies of a room share it.
package final class RoomPolicy: Sendable {
    /// The data of every component, as in the GroupContext's dictionary (B-8).
    package let components: [ComponentID: [UInt8]]
    package let participants: ParticipantList
    package let roles: RolesList
    package let preauth: PreauthList
    package let base: BaseRoomPolicy
    package let metadata: RoomMetadata?
    package let operational: OperationalParameters?
    let chatHistory: ChatHistoryPolicy?
    let bots: BotPolicy?

    /// Reads the components; refuses a room without list, roles or base policy, and malformed data.
    /// Whether what they say makes sense is for ``check(_:)``.
    package init(
        _ components: [ComponentID: [UInt8]], _ registry: ComponentRegistry
    ) throws(Refusal) {
        self.components = components
        func data<T>(
            _ component: ComponentID, _ parse: ([UInt8]) throws(DecodingError) -> T
        ) throws(Refusal) -> T? {
            guard let data = components[component] else { return nil }
            do {
                return try parse(data)
            } catch {
                throw Refusal(
                    .policyContent, "component \(component)", expected: "its registered structure",
                    found: error.description)
            }
        }
        func required<T>(_ component: ComponentID, _ value: T?) throws(Refusal) -> T {
            guard let value else {
                throw Refusal(
                    .policyContent, "room", expected: "component \(component)", found: "none")
            }
            return value
        }
        participants = try required(
            .participantList,
            data(.participantList) { bytes throws(DecodingError) in
                try ParticipantList(parsing: bytes)
            })
        roles = try required(
            .rolesList,
            data(.rolesList) { bytes throws(DecodingError) in try RolesList(parsing: bytes) })
        base = try required(
            .baseRoomPolicy,
            data(.baseRoomPolicy) { bytes throws(DecodingError) in
                try BaseRoomPolicy(parsing: bytes)
            })
        preauth =
            try data(.preauthList) { bytes throws(DecodingError) in
                try registry.preauthList(bytes)
            } ?? PreauthList([])
        metadata = try data(.roomMetadata) { bytes throws(DecodingError) in
            try RoomMetadata(parsing: bytes)
        }
        operational = try data(.operationalPolicy) { bytes throws(DecodingError) in
            try registry.operationalParameters(bytes)
        }
        chatHistory = try data(.chatHistoryPolicy) { bytes throws(DecodingError) in
            try ChatHistoryPolicy(parsing: bytes)
        }
        bots = try data(.botPolicy) { bytes throws(DecodingError) in
            try BotPolicy(parsing: bytes)
        }
        for (component, bytes) in components.sorted(by: { $0.key < $1.key })
        where registry.accepts(bytes, of: component) == false {
            throw Refusal(
                .policyContent, "component \(component)", expected: "its registered structure",
                found: hex(bytes))
        }
    }

    /// The dictionary that a GroupContext has when it says the same (B-8).
    package var dictionary: AppDataDictionary { AppDataDictionary(components) }

    /// The role of a user; that of nobody for one who is not on the list. A role that is not defined,
    /// which B-3 and F-V refuse, may do nothing.
    package func role(of user: [UInt8]) -> Role { role(participants.role(of: user)) }

    package func role(_ index: UInt32) -> Role { roles[index] ?? Role(index: index, name: "") }
}
