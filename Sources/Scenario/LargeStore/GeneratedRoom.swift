import EndpointMessages
import HubStore
import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState

/// A room of a generated store: its clients are real members of its group, and what they do next follows
/// from the seed. A step is one update, which the hub has to accept.
struct GeneratedRoom {
    /// A client that is in the group.
    struct Resident {
        let user: MIMIURI
        var member: Member

        var client: Client { member.client }
    }

    /// A client that is about to come.
    struct Newcomer {
        let user: MIMIURI
        let package: OwnKeyPackage
    }

    /// The proposals that wait for a commit.
    struct Waiting {
        var count = 0
        /// Clients that proposed an Update of their leaf.
        var updating: Set<UInt32> = []
        /// Users who go with the next commit.
        var leaving: Set<MIMIURI> = []
        var newcomers: [Newcomer] = []
    }

    static let suite = CipherSuite.x25519Aes128
    /// Clients of the largest rooms.
    static let largestSize = 12

    let uri: MIMIURI
    let profile: GroupProfile
    let random: SeededRandom
    /// Users who may ever be in the room; the first one founded it and stays.
    let people: [MIMIURI]
    /// Clients that it has at most.
    let size: Int
    var dice: Dice
    private(set) var residents: [Resident]
    private(set) var waiting = Waiting()
    private(set) var counts = GeneratedCounts()
    private var devices = 1

    /// `people` are the users of all rooms, by provider; the first provider is the hub's.
    init(
        _ number: Int, seed: UInt64, hub: ExternalSender, of domain: String, among people: [MIMIURI]
    ) throws {
        guard let uri = MIMIURI(Array("mimi://\(domain)/r/\(number)".utf8), .room) else {
            throw ScenarioError("no domain: \(domain)", at: "")
        }
        self.uri = uri
        var dice = Dice(seed: seed, name: "room \(number)")
        random = SeededRandom(seed: seed, name: "room \(number)")
        // Most rooms are small.
        size = (0..<3).map { _ in Int.random(in: 3...Self.largestSize, using: &dice) }.min() ?? 3
        let founder = dice.pick(people.filter { $0.domain == domain }) ?? people[0]
        let others = people.filter { $0 != founder }.shuffled(using: &dice)
        self.people = [founder] + others.prefix(9)
        self.dice = dice
        var profile = RoomServices().groupProfile(RoomSettings(room: uri, hub: domain))
        // What a hub asks of an update is not asked of what members see.
        profile.allowsTreeInGroupInfo = true
        profile.requiresExternalPub = false
        profile.requiresCompanions = false
        self.profile = profile
        let creator = try Self.client(of: founder, device: 1, random)
        let member = try Member.create(
            groupID: Array("room \(number) of seed \(seed)".utf8), by: creator,
            extensions: try Self.extensions(uri, founder, hub), profile, random)
        residents = [Resident(user: founder, member: member)]
    }

    var founder: MIMIURI { people[0] }

    /// What the hub is asked to found the room.
    func creation() throws -> RoomCreation {
        let member = residents[0].member
        return RoomCreation(
            room: uri.description,
            groupInfo: MLSMessage.groupInfo(try member.groupInfo()).encoded,
            ratchetTree: member.group.tree.exchanged.encoded)
    }

    // MARK: Clients

    private static func client(
        of user: MIMIURI, device: Int, _ random: SeededRandom
    ) throws -> Client {
        var client = try Client(
            suite, .basic(identity: user.bytes + Array("#\(device)".utf8)), random)
        client.listComponents(ComponentRegistry.allComponents)
        return client
    }

    /// A new device of a user.
    mutating func client(of user: MIMIURI) throws -> Client {
        devices += 1
        return try Self.client(of: user, device: devices, random)
    }

    mutating func newcomer(of user: MIMIURI) throws -> Newcomer {
        let client = try client(of: user)
        return Newcomer(user: user, package: try client.keyPackage(.unlimited, random))
    }

    // MARK: What was accepted

    /// What an update does when it is accepted.
    enum Effect {
        case proposals([MadeProposal], by: Int, Plan)
        case commit(MadeCommit, by: Int, newcomers: [Newcomer])
        /// An external commit; `replacing` is the leaf that goes.
        case join(MadeCommit, Resident, replacing: UInt32?)
    }

    mutating func apply(_ effect: Effect) throws {
        switch effect {
        case .proposals(let made, let sender, let plan):
            for message in made.map(\.message) { try deliver(message, exceptTo: sender) }
            for proposal in made { try residents[sender].member.accept(proposal) }
            waiting.count += made.count
            if plan.isUpdate { waiting.updating.insert(residents[sender].member.leafIndex) }
            waiting.leaving.formUnion(plan.leaving)
            waiting.newcomers += plan.newcomers
            counts.proposals += 1
        case .commit(let made, let sender, let newcomers):
            residents[sender].member = made.next
            try deliver(made.message, exceptTo: sender)
            try welcome(waiting.newcomers + newcomers, by: made)
            waiting = Waiting()
            count(made)
        case .join(let made, var resident, let replaced):
            residents.removeAll { $0.member.leafIndex == replaced }
            try deliver(made.message, exceptTo: nil)
            resident.member = made.next
            residents.append(resident)
            count(made)
            counts.joins += 1
        }
        // Secrets of all past epochs are of no use here.
        for place in residents.indices { residents[place].member.psks = PreSharedKeys() }
    }

    private mutating func deliver(_ message: MLSMessage, exceptTo sender: Int?) throws {
        var staying: [Resident] = []
        for (place, var resident) in residents.enumerated() {
            if place != sender, try resident.member.process(message) == .removal { continue }
            staying.append(resident)
        }
        residents = staying
    }

    private mutating func welcome(_ newcomers: [Newcomer], by made: MadeCommit) throws {
        guard let welcome = made.welcome else { return }
        let tree = made.next.group.tree.exchanged
        for newcomer in newcomers {
            let opened = try OpenedWelcome(welcome, with: newcomer.package)
            residents.append(
                Resident(
                    user: newcomer.user,
                    member: try .join(opened, tree: tree, profile, random)))
        }
    }

    private mutating func count(_ made: MadeCommit) {
        counts.commits += 1
        if case .publicMessage(let message) = made.message,
            case .commit(let commit) = message.content.body, commit.path != nil
        {
            counts.paths += 1
        }
    }
}

// MARK: Founding

extension GeneratedRoom {
    static let member: UInt32 = 2
    static let moderator: UInt32 = 3
    static let administrator: UInt32 = 4

    /// Members, moderators who see to the members, and the administrator who founded the room.
    static func roles(moderators: String) -> [Role] {
        let own: [Capability] = [
            .canAddOwnClient, .canRemoveOwnClient, .canRemoveSelf, .canSendMessage,
            .canReceiveMessage,
        ]
        let moderating: [Capability] = [
            .canAddParticipant, .canRemoveParticipant, .canBan, .canUnban, .canKick,
            .canChangeUserRole, .canChangeRoomName, .canChangeRoomSubject,
        ]
        let policy: [Capability] = [
            .canChangeRoleDefinitions, .canChangePreauthorizedUserList,
            .canChangeRoomMembershipStyle,
        ]
        return [
            Role(index: Role.nobody, name: "nobody"),
            Role(index: Role.banned, name: "banned", activeParticipants: .init(0, 0)),
            Role(
                index: member, name: "member", capabilities: own,
                changes: [.init(from: member, to: [Role.nobody])]),
            Role(
                index: moderator, name: "moderator", description: moderators,
                capabilities: own + moderating,
                changes: [
                    .init(from: Role.nobody, to: [member]),
                    .init(from: Role.banned, to: [Role.nobody, member]),
                    .init(from: member, to: [Role.nobody, Role.banned, moderator]),
                    .init(from: moderator, to: [Role.nobody]),
                ]),
            Role(
                index: administrator, name: "administrator",
                capabilities: own + moderating + policy,
                changes: [
                    .init(from: Role.nobody, to: [member, moderator]),
                    .init(from: Role.banned, to: [Role.nobody, member]),
                    .init(from: member, to: [Role.nobody, Role.banned, moderator]),
                    .init(from: moderator, to: [Role.nobody, Role.banned, member]),
                ]),
        ]
    }

    private static func extensions(
        _ uri: MIMIURI, _ founder: MIMIURI, _ hub: ExternalSender
    ) throws -> [Extension] {
        let components: [ComponentID: [UInt8]] = [
            .participantList:
                ParticipantList([UserRolePair(founder.bytes, role: administrator)]).encoded,
            .rolesList: RolesList(roles(moderators: "")).encoded,
            .roomMetadata: RoomMetadata(uri: uri.bytes).encoded,
            .preauthList: PreauthList([]).encoded,
        ]
        return .ofRoom(components, senders: [hub])
    }
}
