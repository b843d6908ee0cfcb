import EndpointMessages
import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState
import RuleBook

/// A MIMI room with real members, whose hub is `a.example`.
///
/// Clients are named `user` and a number (`alice1`); Alice and Eve are users of the hub's own
/// provider, all others of `b.example`.
package struct Clubhouse {
    package static let suite = CipherSuite.x25519Aes128
    package static let uri = MIMIURI("mimi://a.example/r/clubhouse")!
    package static let hubKey = try! HubKey(.ed25519, privateKey: SHA256.hash([1]).bytes)

    package private(set) var room: MIMIRoom
    package private(set) var members: [String: Member] = [:]
    /// The records so far.
    package private(set) var log: [[RoomEvent]] = []
    package let settings: RoomSettings
    package let services: RoomServices

    package static func domain(_ user: String) -> String {
        ["alice", "eve"].contains(user) ? "a.example" : "b.example"
    }

    package static func user(_ name: String) -> [UInt8] {
        Array("mimi://\(domain(name))/u/\(name)".utf8)
    }

    /// The user of a client.
    package static func owner(_ client: String) -> String { String(client.dropLast()) }

    // MARK: Founding

    /// What a room starts with; the creator is `alice1`.
    package struct Founding {
        package var roles = Clubhouse.roles
        package var participants: [(String, UInt32)] = [("alice", 3)]
        package var base = BaseRoomPolicy()
        package var metadata: RoomMetadata? = RoomMetadata(uri: Clubhouse.uri.bytes)
        package var others: [ComponentID: [UInt8]] = [:]
        package var required = RequiredCapabilities(
            extensions: [.appDataDictionary], proposals: [.appDataUpdate, .selfRemove])
        package var externalSenders = [Clubhouse.hubKey.externalSender(of: "a.example")]
        package var settings = RoomSettings(room: Clubhouse.uri, hub: "a.example")
        package var groupID: [UInt8] = [1]

        package var extensions: [Extension] {
            var components = others
            components[.participantList] =
                ParticipantList(
                    participants.map { UserRolePair(Clubhouse.user($0.0), role: $0.1) }
                ).encoded
            components[.rolesList] = RolesList(roles).encoded
            components[.roomMetadata] = metadata?.encoded
            components[.baseRoomPolicy] = base.listing(components.keys).encoded
            return [
                Extension(.requiredCapabilities, data: required.encoded),
                Extension(.externalSenders, data: ExternalSenders(externalSenders).encoded),
                Extension(.appDataDictionary, data: AppDataDictionary(components).encoded),
            ]
        }

        /// The creator alone in the group, and what the hub gets.
        package init() {}

        package func make() throws -> (creator: Member, genesis: GroupGenesis) {
            let creator = try Member.create(
                groupID: groupID, by: Clubhouse.client("alice1"), extensions: extensions,
                Clubhouse.memberProfile, SeededRandom(seed: 1, name: "alice1"))
            let genesis = GroupGenesis(
                groupInfo: MLSMessage.groupInfo(try creator.groupInfo()).encoded,
                tree: creator.group.tree.exchanged.encoded)
            return (creator, genesis)
        }
    }

    /// Nobody may join an open room as guest; users; administrators, who may do all.
    package static let roles: [Role] = [
        Role(
            index: 0, name: "nobody", capabilities: [.canOpenJoin],
            changes: [.init(from: 0, to: [4])]),
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
                .canChangeUserRole, .canChangeRoomName, .canChangeRoleDefinitions,
            ],
            changes: [
                .init(from: 0, to: [1, 2, 3]), .init(from: 1, to: [0, 2]),
                .init(from: 2, to: [0, 1, 3, 4]), .init(from: 3, to: [0, 1, 2]),
            ]),
        Role(
            index: 4, name: "guest", capabilities: [.canAddOwnClient, .canRemoveOwnClient]),
    ]

    package init(
        _ founding: Founding = Founding(), _ enforcement: Enforcement = .complete
    ) throws {
        settings = founding.settings
        services = RoomServices(hubKeys: [Self.hubKey], enforcement: enforcement)
        let (creator, genesis) = try founding.make()
        let events = try MIMIRoom.decide(settings, genesis, services).events
        room = try MIMIRoom(startingWith: events, services)
        members["alice1"] = creator
        log = [events]
    }

    /// Alice as administrator; Bob with two clients and Cathy with one as users.
    package static func usual() throws -> Clubhouse {
        var house = try Clubhouse()
        try house.admit([("bob", 2, ["bob1", "bob2"]), ("cathy", 2, ["cathy1"])])
        return house
    }

    /// The latest of these commits.
    package private(set) var admission: Sent?

    /// Alice puts users on the list and adds their clients, in one commit.
    package mutating func admit(_ users: [(name: String, role: UInt32, clients: [String])]) throws {
        let own = try users.flatMap(\.clients).map { try Self.keyPackage($0) }
        let list = ParticipantListUpdate(
            added: users.map { UserRolePair(Self.user($0.name), role: $0.role) })
        var options = CommitOptions(
            [Self.listUpdate(list)] + own.map { .add($0.keyPackage) })
        options.treeInWelcome = false
        let sent = try committing(by: "alice1", options)
        if let refusal = try submit(sent, by: "alice1") { throw refusal }
        admission = sent
        guard let made = sent.commit else { throw Disagreement("no commit") }
        guard let welcome = made.welcome else { return }
        for (package, name) in zip(own, users.flatMap(\.clients)) {
            let opened = try OpenedWelcome(welcome, with: package)
            members[name] = try .join(
                opened, tree: made.next.group.tree.exchanged, Self.memberProfile,
                SeededRandom(seed: 2, name: name))
        }
    }

    // MARK: Clients

    package static func client(_ name: String) throws -> Client {
        let identity = user(owner(name)) + Array("#\(name)".utf8)
        var client = try Client(
            suite, .basic(identity: identity), SeededRandom(seed: 3, name: name))
        client.listComponents(ComponentRegistry.allComponents)
        return client
    }

    package static func keyPackage(_ name: String) throws -> OwnKeyPackage {
        try client(name).keyPackage(.unlimited, SeededRandom(seed: 4, name: "\(name) package"))
    }

    /// Members know the components as the hub does, but see no companions.
    package static var memberProfile: GroupProfile {
        var profile = RoomServices().groupProfile(RoomSettings(room: uri, hub: "a.example"))
        profile.allowsTreeInGroupInfo = true
        return profile
    }

    package static func listUpdate(_ update: ParticipantListUpdate) -> Proposal {
        update.proposal
    }

    /// A list update that changes roles; 0 removes.
    package func changing(_ users: [(String, UInt32)]) -> Proposal {
        var update = ParticipantListUpdate()
        for (name, role) in users {
            let place = room.committed.participants.place(of: Self.user(name)).map(UInt32.init)
            switch (place, role) {
            case (nil, _): update.added.append(UserRolePair(Self.user(name), role: role))
            case (let place?, 0): update.removed.append(place)
            case (let place?, _): update.changed.append(.init(place: place, role: role))
            }
        }
        return Self.listUpdate(update)
    }

    /// The Removes of all clients of a user.
    package func removals(of user: String) -> [Proposal] {
        members.keys.filter { Self.owner($0) == user }.sorted().compactMap {
            members[$0].map { .remove(leaf: $0.leafIndex) }
        }
    }

    // MARK: Updates

    /// An update with what its sender will do when it is accepted.
    package struct Sent {
        package var update: RoomUpdate
        package var proposals: [MadeProposal] = []
        package var commit: MadeCommit?

        package init(
            update: RoomUpdate, proposals: [MadeProposal] = [], commit: MadeCommit? = nil
        ) {
            self.update = update
            self.proposals = proposals
            self.commit = commit
        }
    }

    package func proposing(by name: String, _ proposals: [Proposal]) throws -> Sent {
        var member = try member(name)
        let made = try proposals.map { try member.propose($0) }
        let bundle = HandshakeBundle(
            made[0].message, .proposals(made.dropFirst().map(\.message)))
        return Sent(
            update: RoomUpdate(from: Self.domain(Self.owner(name)), bundle.encoded),
            proposals: made)
    }

    package func committing(by name: String, _ options: CommitOptions) throws -> Sent {
        var member = try member(name)
        return try sent(try member.commit(options), by: name)
    }

    /// An external commit; `references` are the SelfRemoves that the joiner names.
    package func joining(
        as name: String, _ proposals: [Proposal] = [], references: [[UInt8]]? = nil
    ) throws -> Sent {
        let helper = try member("alice1")
        var joiner = try ExternalJoiner(
            Self.client(name), helper.groupInfo(), tree: helper.group.tree.exchanged,
            Self.memberProfile, SeededRandom(seed: 5, name: "\(name) \(helper.epoch)"))
        for message in selfRemoves { try joiner.take(message) }
        var options = CommitOptions(proposals)
        options.references = references
        return try sent(joiner.commit(options), by: name)
    }

    private func sent(_ made: MadeCommit, by name: String) throws -> Sent {
        let bundle = HandshakeBundle(
            made.message,
            .commit(made.welcome, .full(made.groupInfo), .distributionService))
        return Sent(
            update: RoomUpdate(from: Self.domain(Self.owner(name)), bundle.encoded),
            commit: made)
    }

    /// A proposal of the hub.
    package func hubProposing(
        _ proposal: Proposal, authority: RoomUpdate.Authority = .sender
    ) throws -> Sent {
        let content = FramedContent(
            groupID: room.group.context.groupID, epoch: room.group.context.epoch,
            sender: .external(index: 0), authenticatedData: [], body: .proposal(proposal))
        let signature = try CipherSuite.x25519Aes128.signature.signWithLabel(
            privateKey: SHA256.hash([1]).bytes, label: "FramedContentTBS",
            content: content.toBeSigned(wireFormat: .publicMessage, context: []))
        let message = PublicMessage(
            content: content, auth: FramedContentAuthData(signature: signature),
            membershipTag: nil)
        let bundle = HandshakeBundle(.publicMessage(message), .proposals([]))
        return Sent(
            update: RoomUpdate(from: "a.example", bundle.encoded, authority: authority))
    }

    /// The SelfRemoves that wait, as they were sent.
    package private(set) var selfRemoves: [MLSMessage] = []

    /// What the hub says; an accepted update is applied, and everyone takes it.
    @discardableResult
    package mutating func submit(_ sent: Sent, by name: String) throws -> Refusal? {
        let events: [RoomEvent]
        switch room.decide(sent.update, now: Fixtures.now) {
        case .rejected(let refusal): return refusal
        case .accepted(let accepted): events = accepted
        }
        try room.apply(events)
        log.append(events)
        let bundle = try HandshakeBundle(parsing: sent.update.bundle)
        if case .proposals(let more) = bundle.rest {
            for message in [bundle.message] + more {
                if case .publicMessage(let content) = message,
                    content.content.body == .proposal(.selfRemove)
                {
                    selfRemoves.append(message)
                }
            }
        }
        try deliver(sent, bundle, by: name)
        for case .hubProposalIssued(let issued) in events where sent.commit != nil {
            for name in members.keys { _ = try members[name]?.process(issued.message) }
        }
        try checkAgreement()
        return nil
    }

    private mutating func deliver(
        _ sent: Sent, _ bundle: HandshakeBundle, by name: String
    ) throws {
        var messages = [bundle.message]
        if case .proposals(let more) = bundle.rest { messages += more }
        for receiver in members.keys.sorted() where receiver != name {
            for message in messages {
                if try members[receiver]?.process(message) == .removal { members[receiver] = nil }
            }
        }
        for made in sent.proposals { try members[name]?.accept(made) }
        if let commit = sent.commit {
            members[name] = commit.next
            selfRemoves = []
        }
    }

    /// The operator ends the room.
    package mutating func close() throws {
        let events = try room.close().events
        try room.apply(events)
        log.append(events)
    }

    package mutating func propose(by name: String, _ proposals: Proposal...) throws -> Refusal? {
        try submit(proposing(by: name, proposals), by: name)
    }

    @discardableResult
    package mutating func commit(
        by name: String, _ options: CommitOptions = CommitOptions()
    ) throws -> MadeCommit {
        let sent = try committing(by: name, options)
        if let refusal = try submit(sent, by: name) { throw refusal }
        guard let made = sent.commit else { throw Disagreement("no commit") }
        return made
    }

    // MARK: Promises

    /// All members are at the hub's GroupContext, which says what the committed policy says, every leaf
    /// is of a user on the list (B-5, B-8), and the records fold to the same state.
    private func checkAgreement() throws {
        for (name, member) in members {
            guard member.group.context == room.group.context,
                room.user(ofLeaf: member.leafIndex) == Self.user(Self.owner(name))
            else { throw Disagreement("\(name) is elsewhere") }
        }
        guard room.group.extensions.dictionary == room.committed.dictionary else {
            throw Disagreement("the GroupContext is not what the policy says")
        }
        var leaves: [[UInt8]: Int] = [:]
        for (index, _) in room.group.tree.members {
            guard let user = room.user(ofLeaf: index),
                room.committed.participants.role(of: user) > Role.banned
            else { throw Disagreement("leaf \(index) is of nobody on the list") }
            leaves[user, default: 0] += 1
        }
        guard room.committedLeaves == LeafCounts(leaves) else {
            throw Disagreement("leaves are counted wrong")
        }
        guard try replayed(services).stateHash == room.stateHash else {
            throw Disagreement("replay leads elsewhere")
        }
    }

    private func member(_ name: String) throws -> Member {
        guard let member = members[name] else { throw Disagreement("\(name) is no member") }
        return member
    }

    /// The room folded from its records, as encoded.
    package func replayed(_ services: RoomServices) throws -> MIMIRoom {
        let records = try log.map { try $0.map { try RoomEvent($0.kind, body: $0.body) } }
        var room = try MIMIRoom(startingWith: records[0], services)
        for events in records.dropFirst() { try room.apply(events) }
        return room
    }
}

/// What must not be.
package struct Disagreement: Error {
    package let what: String

    package init(_ what: String) {
        self.what = what
    }
}
