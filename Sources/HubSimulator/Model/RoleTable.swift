import RoomPolicy

/// The roles of simulated rooms, and what they may do: in the words of the model, which knows nothing else
/// about them, and as the component that hub and members read.
struct RoleTable {
    enum Act: Hashable, CaseIterable {
        case addOwnClient, removeOwnClient, leave, send, receive
        case addUser, removeUser, ban, unban, kick, changeRole, rename
        case defineRoles, preauthorize, changeBase, openJoin
    }

    struct Entry {
        var may: Set<Act> = []
        /// The roles that it may give, by the role that a user has.
        var moves: [UInt32: Set<UInt32>] = [:]
    }

    static let nobody: UInt32 = 0
    static let banned: UInt32 = 1
    static let member: UInt32 = 2
    static let moderator: UInt32 = 3
    static let administrator: UInt32 = 4

    private let entries: [UInt32: Entry]

    /// Of an open room everyone may become a member; of a strict one members and moderators may do little.
    init(isOpen: Bool, isStrict: Bool) {
        let own: Set<Act> = [.addOwnClient, .removeOwnClient, .leave, .send, .receive]
        var moderating = own.union([.addUser, .removeUser, .ban, .unban, .changeRole, .rename])
        let member = isStrict ? [.receive] : own
        if isStrict {
            moderating.subtract([.unban])
        } else {
            moderating.insert(.kick)
        }
        entries = [
            Self.nobody: isOpen ? Entry(may: [.openJoin], moves: [0: [2]]) : Entry(),
            Self.banned: Entry(),
            Self.member: Entry(may: member, moves: [2: [0]]),
            Self.moderator: Entry(
                may: moderating, moves: [0: [1, 2], 1: [0, 2], 2: [0, 1, 3], 3: [0]]),
            Self.administrator: Entry(
                may: moderating.union([.kick, .unban, .defineRoles, .preauthorize, .changeBase]),
                moves: [0: [2, 3], 1: [0, 2], 2: [0, 1, 3], 3: [0, 1, 2, 4], 4: [0, 3]]),
        ]
    }

    func may(_ role: UInt32, _ act: Act) -> Bool { entries[role]?.may.contains(act) ?? false }

    func may(_ role: UInt32, move from: UInt32, to target: UInt32) -> Bool {
        entries[role]?.moves[from]?.contains(target) ?? false
    }

    /// Whether a role may do less than another, and nothing else.
    func isDemotion(from role: UInt32, to target: UInt32) -> Bool {
        let (old, new) = (entries[role]?.may ?? [], entries[target]?.may ?? [])
        return new.isStrictSubset(of: old)
    }

    /// The component; `word` tells apart definitions that are otherwise the same.
    func component(_ word: String) -> RolesList {
        RolesList(
            entries.sorted { $0.key < $1.key }.map { index, entry in
                Role(
                    index: index, name: Self.name(of: index),
                    description: index == Self.moderator ? word : "",
                    capabilities: Act.allCases.filter(entry.may.contains).map(\.capability),
                    activeParticipants: index == Self.banned ? .init(0, 0) : .init(),
                    changes: entry.moves.sorted { $0.key < $1.key }.map {
                        .init(from: $0, to: $1.sorted())
                    })
            })
    }

    private static func name(of index: UInt32) -> String {
        ["nobody", "banned", "member", "moderator", "administrator"][Int(index)]
    }
}

extension RoleTable.Act {
    fileprivate var capability: Capability {
        switch self {
        case .addOwnClient: .canAddOwnClient
        case .removeOwnClient: .canRemoveOwnClient
        case .leave: .canRemoveSelf
        case .send: .canSendMessage
        case .receive: .canReceiveMessage
        case .addUser: .canAddParticipant
        case .removeUser: .canRemoveParticipant
        case .ban: .canBan
        case .unban: .canUnban
        case .kick: .canKick
        case .changeRole: .canChangeUserRole
        case .rename: .canChangeRoomName
        case .defineRoles: .canChangeRoleDefinitions
        case .preauthorize: .canChangePreauthorizedUserList
        case .changeBase: .canChangeRoomMembershipStyle
        case .openJoin: .canOpenJoin
        }
    }
}
