import EndpointMessages
import HubStore
import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import RoomPolicy
import RoomState
import RuleBook
import Scenario

/// A room and everybody who has to do with it: real members of its group, some of whom are late, gone or
/// hostile, and the model of what the room should be.
final class SimulatedRoom {
    static let domains = [SimulatedStore.domain, "b.example", "c.example"]

    let uri: String
    let people: [String]
    let store: SimulatedStore
    let random: SeededRandom
    /// The keys of providers that propose from outside.
    let followers: [String: HubKey]
    /// Of members who judge what they do.
    let profile: GroupProfile
    var dice: Dice
    var model: ModelRoom
    private let founding: ModelRoom
    /// What was accepted, from the room's first update on, with the references of what waited then.
    private var history: [(motion: Motion, references: [[UInt8]?])] = []
    /// By the names of their clients.
    var performers: [String: Performer] = [:]
    /// Updates that were sent before, to be sent again.
    var sent: [Prepared] = []
    /// Messages, with the users who must not get them.
    var withheld: [[UInt8]: Set<String>] = [:]
    /// What the hub's records lead to.
    var folded: FoldedRoom?
    private var devices = 0

    /// An update that is ready to be sent.
    struct Prepared {
        enum Effect {
            case none
            case proposals([MadeProposal])
            /// A commit; its maker goes on as this member.
            case commit(Member)
        }

        let step: String
        var motion: Motion
        var body: [UInt8]
        var effect = Effect.none
        /// The messages in it, which come back to their sender.
        var messages: [[UInt8]] = []
    }

    init(_ number: Int, seed: UInt64, in store: SimulatedStore) throws {
        self.store = store
        uri = "mimi://\(SimulatedStore.domain)/r/\(number)"
        random = SeededRandom(seed: seed, name: "room \(number)")
        var dice = Dice(seed: seed, name: "simulated room \(number)")
        let count = Int.random(in: 3...6, using: &dice)
        people = (0..<count).map { place in
            let domain = place == 0 ? SimulatedStore.domain : dice.pick(Self.domains) ?? ""
            return "mimi://\(domain)/u/\(place)"
        }
        var keys: [String: HubKey] = [:]
        for domain in Self.domains.dropFirst() {
            keys[domain] = try HubKey(
                SimulatedStore.suite.signature, privateKey: random.bytes(32))
        }
        followers = keys
        guard let room = MIMIURI(Array(uri.utf8), .room) else {
            throw SimulationError("no room's URI: \(uri)")
        }
        profile = Self.profile(of: room)
        let present = dice.hits(oneIn: 3) ? Set(keys.keys) : []
        model = ModelRoom(
            hub: SimulatedStore.domain,
            roles: RoleTable(isOpen: dice.hits(oneIn: 3), isStrict: dice.hits(oneIn: 4)),
            maximumClients: dice.hits(oneIn: 4) ? 3 : 12,
            founded: Standing(
                users: [people[0]: RoleTable.administrator], clients: [],
                words: [.name: "", .roles: "first", .preauth: "", .base: "false"],
                followers: present))
        founding = model
        self.dice = dice
    }

    private static func profile(of room: MIMIURI) -> GroupProfile {
        var profile = RoomServices().groupProfile(
            RoomSettings(room: room, hub: SimulatedStore.domain))
        // What a hub asks of an update is not asked of what members see.
        profile.allowsTreeInGroupInfo = true
        profile.requiresExternalPub = false
        profile.requiresCompanions = false
        return profile
    }

    /// Of members who take what the hub lets through, and make what it should not: nothing is judged but
    /// what only they can see. The rules that stay say how messages and trees are built.
    static let credulity = Rule.mls.filter {
        ![.canonicalEncoding, .wireFormat, .applicationOrder, .treeShape].contains($0)
    }

    var credulous: GroupProfile {
        var credulous = profile
        credulous.enforcement = .without(Self.credulity)
        return credulous
    }

    // MARK: Founding

    func found() async throws {
        let name = try newClient(of: people[0])
        guard var performer = performers[name] else { return }
        let member = try Member.create(
            groupID: Array(uri.utf8), by: performer.client, extensions: try extensions(), profile,
            random)
        performer.become(member)
        performers[name] = performer
        let creation = RoomCreation(
            room: uri, groupInfo: MLSMessage.groupInfo(try member.groupInfo()).encoded,
            ratchetTree: member.group.tree.exchanged.encoded)
        model.committed.clients = [name]
        model.time = store.clock.now
        if case .refused(let refusal) = try await store.hub.create(creation) {
            throw SimulationError("the hub refuses to found \(uri): \(refusal)")
        }
    }

    private func extensions() throws -> [Extension] {
        let words = model.committed.words
        let components: [ComponentID: [UInt8]] = [
            .participantList: ParticipantList(
                model.committed.users.map { UserRolePair(Array($0.utf8), role: $1) }
            ).encoded,
            .rolesList: model.roles.component(words[.roles] ?? "").encoded,
            .roomMetadata: RoomMetadata(uri: Array(uri.utf8)).encoded,
            .preauthList: PreauthList([]).encoded,
        ]
        var base = BaseRoomPolicy()
        base.maximumClients = UInt32(model.maximumClients)
        let senders =
            [store.key.externalSender(of: SimulatedStore.domain)]
            + model.committed.followers.sorted().compactMap { domain in
                followers[domain]?.externalSender(of: domain)
            }
        return .ofRoom(components, base, senders: senders)
    }

    // MARK: Clients

    /// A new device of a user.
    func newClient(of user: String) throws -> String {
        devices += 1
        let name = "\(user)#\(devices)"
        guard let uri = MIMIURI(Array(user.utf8), .user) else {
            throw SimulationError("no user's URI: \(user)")
        }
        var client = try Client(
            SimulatedStore.suite, .basic(identity: Array(name.utf8)), random)
        client.listComponents(ComponentRegistry.allComponents)
        performers[name] = Performer(
            name: name, user: uri, client: client, psks: PreSharedKeys(), random: random)
        return name
    }

    /// A key package of a client, which was not used yet.
    func keyPackage(of client: String) throws -> KeyPackage {
        guard var performer = performers[client] else {
            throw SimulationError("no client \(client)")
        }
        let own = try performer.client.keyPackage(.unlimited, random)
        performer.keyPackages.append(own)
        performers[client] = performer
        return own.keyPackage
    }

    // MARK: What was accepted

    /// An update was accepted that leads the room to `next`.
    func accept(_ prepared: Prepared, leadingTo next: ModelRoom, _ references: [[UInt8]?]) {
        model = next
        model.learn(references)
        history.append((prepared.motion, references))
        perform(prepared)
    }

    /// The sender goes on from its own update.
    private func perform(_ prepared: Prepared) {
        guard let client = prepared.motion.sender.client, var performer = performers[client]
        else { return }
        performer.sent.formUnion(prepared.messages)
        switch prepared.effect {
        case .none: break
        case .proposals(let made):
            if var member = performer.member, member.epoch == prepared.motion.epoch {
                for proposal in made { try? member.accept(proposal) }
                performer.member = member
            }
        case .commit(let member): performer.become(member)
        }
        performers[client] = performer
    }

    /// The same room from the list of all that was accepted.
    func remembered() throws -> ModelRoom {
        var room = founding
        room.committed.clients = ["\(people[0])#1"]
        for (motion, references) in history {
            do throws(Objection) {
                guard let next = try room.judge(motion) else { continue }
                room = next
                room.learn(references)
            } catch {
                throw SimulationError("the list of events can't be gone through: \(error)")
            }
        }
        return room
    }
}

extension ModelRoom {
    /// How commits name what waits.
    mutating func learn(_ references: [[UInt8]?]) {
        for (place, reference) in zip(waiting.indices, references) {
            waiting[place].reference = reference
        }
    }
}
