import MLSMessages
import PresentationLanguage
import RoomPolicy
import RuleBook

/// A room in plain values, from which policies and changes are made.
struct TestRoom {
    static let uri = Array("mimi://a.example/r/room".utf8)

    var roles: [Role] = []
    var participants: [(user: String, role: UInt32)] = []
    var base = BaseRoomPolicy()
    var preauth: [PreauthList.Entry] = []
    var metadata: RoomMetadata?
    var others: [ComponentID: [UInt8]] = [:]
    /// Leaves by user; one each unless said otherwise.
    var leaves: [String: Int] = [:]
    /// Fills in policy_component_ids.
    var listsComponents = true

    static func user(_ name: String) -> [UInt8] { Array("mimi://a.example/u/\(name)".utf8) }

    var components: [ComponentID: [UInt8]] {
        var components = others
        components[.participantList] =
            ParticipantList(
                participants.map { UserRolePair(Self.user($0.user), role: $0.role) }
            ).encoded
        components[.rolesList] = RolesList(roles).encoded
        if !preauth.isEmpty { components[.preauthList] = PreauthList(preauth).encoded }
        components[.roomMetadata] = metadata?.encoded
        var base = base
        if listsComponents {
            base.policyComponents = components.keys.filter {
                ComponentRegistry.policyComponents.contains($0) && $0 != .baseRoomPolicy
            }.sorted()
        }
        components[.baseRoomPolicy] = base.encoded
        return components
    }

    var policy: RoomPolicy {
        get throws(Refusal) { try RoomPolicy(components, ComponentRegistry()) }
    }

    var leafCounts: LeafCounts {
        LeafCounts(
            Dictionary(
                uniqueKeysWithValues: participants.map {
                    (Self.user($0.user), leaves[$0.user] ?? ($0.role == Role.banned ? 0 : 1))
                }))
    }

    func actor(_ name: String, _ kind: Actor.Kind = .member, code: UInt32? = nil) -> Actor {
        Actor(
            kind, user: Self.user(name), credential: .other(CredentialType(9), Array(name.utf8)),
            codeRole: code)
    }
}

/// Matches claims of credential type 9, whose id is "name" and whose value is the credential.
struct NameClaims: ClaimMatcher {
    func matches(_ claim: Claim, _ credential: Credential) -> Bool {
        guard case .other(_, let name) = credential else { return false }
        return claim.id == Array("name".utf8) && claim.value == name
    }

    static func entry(_ name: String, role: UInt32) -> PreauthList.Entry {
        PreauthList.Entry(
            [Claim(CredentialType(9), id: Array("name".utf8), value: Array(name.utf8))],
            target: .role(Role(index: role, name: "")))
    }
}

extension TestRoom {
    /// The room that tests name as a parent.
    static func parents(_ list: ParticipantList?) -> [[UInt8]: ParticipantList] {
        list.map { [Array("mimi://a.example/r/parent".utf8): $0] } ?? [:]
    }
}
