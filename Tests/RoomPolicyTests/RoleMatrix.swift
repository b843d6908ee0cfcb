import MLSMessages
import RoomPolicy

/// What a participant, or someone outside, may try in a room. Capabilities are named by their numbers in
/// room-policy §8, and nothing here asks the code under test what is allowed.
enum RoleAction: CustomStringConvertible {
    case add(role: UInt32)
    case remove(String)
    case ban(String)
    case unban(role: UInt32)
    case changeRole(String, to: UInt32)
    case changeOwnRole(to: UInt32)
    case leave
    case kick(String)
    case addOwnClient
    case removeOwnClient
    case metadata(field: Int)
    case item(RoomChange.Item)

    var description: String {
        switch self {
        case .add(let role): "add a user with role \(role)"
        case .remove(let user): "remove \(user)"
        case .ban(let user): "ban \(user)"
        case .unban(let role): "unban to role \(role)"
        case .changeRole(let user, let role): "give \(user) role \(role)"
        case .changeOwnRole(let role): "take role \(role)"
        case .leave: "leave"
        case .kick(let user): "kick \(user)"
        case .addOwnClient: "add a client"
        case .removeOwnClient: "remove a client"
        case .metadata(let field): "change field \(field) of the metadata"
        case .item(let item): "\(item)"
        }
    }
}

/// Who tries.
enum RoleActor: CaseIterable {
    /// A user of the role, as a member of the group.
    case participant
    /// Someone who is not on the list, as a provider in external_senders that is not the hub.
    case follower
    /// Someone who is not on the list and joins by an external commit.
    case stranger
}

/// A room in which each role of a set has two users, and what the drafts say of each action.
struct RoleMatrix {
    let roles: [Role]
    let room: TestRoom

    static let exile = "exile"

    init(_ roles: [Role]) {
        self.roles = roles
        var room = TestRoom()
        room.roles = roles
        for role in roles where role.index > 1 {
            for name in Self.users(of: role.index) {
                room.participants.append((name, role.index))
                room.leaves[name] = role.activeParticipants.maximum == 0 ? 0 : 2
            }
        }
        if roles.contains(where: { $0.index == 1 }) {
            room.participants.append((Self.exile, 1))
            room.leaves[Self.exile] = 0
        }
        self.room = room
    }

    static func users(of role: UInt32) -> [String] { ["a\(role)", "b\(role)"] }

    private var indices: [UInt32] { roles.map(\.index).filter { $0 > 0 } }

    /// All actions of a participant, or of someone who is none.
    func actions(by user: String?) -> [RoleAction] {
        let others = room.participants.map(\.user).filter { $0 != user }
        let active = indices.filter { $0 != 1 }
        var actions: [RoleAction] = indices.map { .add(role: $0) } + others.map { .remove($0) }
        for other in others where other != Self.exile {
            actions.append(.ban(other))
            if room.leaves[other] != 0 { actions.append(.kick(other)) }
            actions += active.filter { $0 != role(of: other) }.map { .changeRole(other, to: $0) }
        }
        if others.contains(Self.exile) { actions += active.map { .unban(role: $0) } }
        actions += (0..<5).map { .metadata(field: $0) }
        let components = (UInt16(0x24)...0x30).map { RoleAction.item(.component(ComponentID($0))) }
        actions += components
        actions += [
            .item(.reInit), .item(.psk), .item(.update), .item(.ephemeral(.appAck)),
            .item(.ephemeral(ComponentID(0x8001))), .item(.other(ProposalType(0xf001))),
            .item(.groupContextExtensions(isRequired: false)),
        ]
        guard let user else { return actions }
        actions.append(.leave)
        if room.leaves[user] != 0 { actions += [.addOwnClient, .removeOwnClient] }
        return actions + active.filter { $0 != role(of: user) }.map { .changeOwnRole(to: $0) }
    }

    func role(of user: String) -> UInt32 {
        room.participants.first { $0.user == user }?.role ?? 0
    }

    /// The room after an action, and what the change adds beyond its policy.
    func after(
        _ action: RoleAction, by user: String?
    ) -> (room: TestRoom, describe: (inout RoomChange) -> Void) {
        var after = room
        var describe: (inout RoomChange) -> Void = { _ in }
        func leaves(of name: String, _ count: Int) -> (inout RoomChange) -> Void {
            let old = room.leaves[name] ?? 0
            after.leaves[name] = count
            return {
                if count > old { $0.addedClients[TestRoom.user(name)] = count - old }
                if count < old { $0.removedClients[TestRoom.user(name)] = old - count }
            }
        }
        switch action {
        case .add(let role): after.set("new", role, leaves: 0)
        case .remove(let name):
            describe = leaves(of: name, 0)
            after.set(name, 0)
        case .ban(let name):
            describe = leaves(of: name, 0)
            after.set(name, 1)
        case .unban(let role): after.set(Self.exile, role, leaves: 0)
        case .changeRole(let name, let role): after.set(name, role)
        case .changeOwnRole(let role): after.set(user ?? "", role)
        case .leave:
            describe = leaves(of: user ?? "", 0)
            after.set(user ?? "", 0)
        case .kick(let name): describe = leaves(of: name, 0)
        case .addOwnClient: describe = leaves(of: user ?? "", 3)
        case .removeOwnClient: describe = leaves(of: user ?? "", 1)
        case .metadata(let field):
            var metadata = RoomMetadata(uri: TestRoom.uri)
            switch field {
            case 0: metadata.name = Text("other")
            case 1:
                metadata.descriptions = [
                    .init(mediaType: "text/plain", language: "en", content: "other")
                ]
            case 2: metadata.avatar = Array("https://a.example/other".utf8)
            case 3: metadata.subject = Text("other")
            default: metadata.mood = Text("other")
            }
            after.metadata = metadata
            describe = { $0.items = [.component(.roomMetadata)] }
        case .item(let item): describe = { $0.items = [item] }
        }
        return (after, describe)
    }
}
