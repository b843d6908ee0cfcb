import EndpointMessages
import HubStore
import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState
import RuleBook
import Synchronization

/// The hub's time.
package final class StageClock: Sendable {
    private let time: Mutex<UInt64>

    package init(_ time: UInt64) {
        self.time = Mutex(time)
    }

    package var now: UInt64 { time.withLock { $0 } }

    package func advance(to given: UInt64?) {
        time.withLock { $0 = given ?? $0 + 1000 }
    }
}

/// A scenario on a real hub, with real members.
final class Stage {
    let file: ScenarioFile
    let path: String
    let suite: CipherSuite
    let clock: StageClock
    private let enforcement: Enforcement
    var cast: Cast
    var hub: Hub
    /// The keys of the external senders, by domain.
    let externalKeys: [String: HubKey]
    /// The places in `external_senders` where providers last were.
    var externalPlaces: [String: UInt32] = [:]
    /// The references of the proposals that steps sent.
    var references: [String: [[UInt8]]] = [:]
    var inputs: [String: SentInput] = [:]
    /// Messages of those who are no members, which nobody can open.
    var unreadable: Set<[UInt8]> = []
    /// Roles of the join codes.
    var codeRoles: [String: UInt32] = [:]

    /// What the hub was asked so far.
    private(set) var requests: [RecordedRequest] = []

    var room: String { file.room.uri }

    func record(_ endpoint: RecordedRequest.Endpoint, from provider: String, _ body: [UInt8]) {
        requests.append(
            RecordedRequest(endpoint, from: provider, room: room, time: clock.now, body))
    }

    /// What a step sent, and what it was answered.
    struct SentInput {
        enum Kind { case update, message }

        let kind: Kind
        let provider: String
        let body: [UInt8]
        let outcome: Outcome
    }

    /// Opens a hub on a new store at `path`, and founds the room.
    init(
        _ file: ScenarioFile, path: String, _ enforcement: Enforcement = .complete
    ) async throws {
        guard let suite = CipherSuite(rawValue: file.suite) else {
            throw ScenarioError("is no cipher suite", at: ".suite")
        }
        self.file = file
        self.path = path
        self.enforcement = enforcement
        self.suite = suite
        clock = StageClock(file.clock)
        cast = try Cast(file, suite, clock)
        var keys: [String: HubKey] = [:]
        for domain in file.externalDomains + [file.hub] {
            keys[domain] = try HubKey(
                suite.signature,
                privateKey: Self.privateKey(of: "external sender \(domain)", file, suite))
        }
        externalKeys = keys
        hub = try Hub.open(at: path, try Self.configuration(file, suite, cast, clock, enforcement))
        for code in file.room.joinCodes { codeRoles[code.code] = code.role }
        try await found()
    }

    private static func privateKey(
        of name: String, _ file: ScenarioFile, _ suite: CipherSuite
    ) throws -> [UInt8] {
        let random = SeededRandom(seed: file.seed, name: name)
        return try suite.signature.privateKey { (count) throws(CryptoError) in
            try random.bytes(count)
        }
    }

    private static func configuration(
        _ file: ScenarioFile, _ suite: CipherSuite, _ cast: Cast, _ clock: StageClock,
        _ enforcement: Enforcement
    ) throws -> HubConfiguration {
        let key = try HubSigningKey(
            cipherSuite: file.suite,
            privateKey: privateKey(of: "external sender \(file.hub)", file, suite))
        var configuration = HubConfiguration(
            domain: file.hub, signingKeys: [key], clock: { clock.now })
        configuration.frankingSecrets = [SHA256.hash(file.seed.encoded).bytes]
        configuration.trustRoots = cast.roots
        configuration.transport = cast.providers
        configuration.enforcement = enforcement
        let random = SeededRandom(seed: file.seed, name: "hub's randomness")
        configuration.random = { count in
            do {
                return try random.bytes(count)
            } catch {
                preconditionFailure("a seed that gives nothing: \(error)")
            }
        }
        return configuration
    }

    var configuration: HubConfiguration {
        get throws { try Self.configuration(file, suite, cast, clock, enforcement) }
    }

    // MARK: Founding

    private func found() async throws {
        let creator = try performer(file.room.creator)
        let member = try Member.create(
            groupID: Array("\(file.title) \(file.seed)".utf8.prefix(64)), by: creator.client,
            extensions: try extensions(), psks: cast.psks, cast.profile, creator.random)
        var creation = RoomCreation(
            room: room, groupInfo: MLSMessage.groupInfo(try member.groupInfo()).encoded,
            ratchetTree: member.group.tree.exchanged.encoded)
        creation.forbiddenCapabilities = file.room.forbidden
        creation.maximumUsers = file.room.maximumUsers
        creation.maximumClients = file.room.maximumClients
        requests = [
            RecordedRequest(
                .hub, from: file.hub, room: "", time: clock.now,
                try Self.privateKey(of: "external sender \(file.hub)", file, suite),
                suite: file.suite),
            RecordedRequest(
                .create, from: file.hub, room: room, time: clock.now, creation.groupInfo,
                tree: creation.ratchetTree),
        ]
        if case .refused(let refusal) = try await hub.create(creation) {
            throw ScenarioError("the hub refuses it: \(refusal)", at: ".room")
        }
        cast.performers[file.room.creator]?.become(member)
        for code in file.room.joinCodes { try await hub.add(JoinCode(code), to: room) }
        noteExternalPlaces(in: member.group)
    }

    /// The entries of `external_senders` that there may be, by domain.
    func externalSenders() -> [String: ExternalSender] {
        var senders: [String: ExternalSender] = [:]
        for (domain, key) in externalKeys { senders[domain] = key.externalSender(of: domain) }
        return senders
    }

    func hubSender() throws -> ExternalSender {
        guard let sender = externalSenders()[file.hub] else {
            throw ScenarioError("no key of the hub", at: "")
        }
        return sender
    }

    private func extensions() throws -> [Extension] {
        let room = file.room
        let roles = RolesList(room.roles)
        var components: [ComponentID: [UInt8]] = [
            .participantList: ParticipantList(room.participants).encoded,
            .rolesList: roles.encoded,
            .roomMetadata: RoomMetadata(uri: Array(room.uri.utf8)).edited(room.metadata).encoded,
            .preauthList: room.preauth.list(with: roles).encoded,
        ]
        if room.hasFrankingAgent {
            components[.frankingAgent] = try hubSender().encoded
            components[.safeAAD] = ComponentsList([.frankAAD]).encoded
        }
        var base = room.base
        base.policyComponents = (Array(components.keys) + [.baseRoomPolicy]).filter {
            ComponentRegistry.policyComponents.contains($0)
        }.sorted()
        components[.baseRoomPolicy] = base.encoded
        let known = externalSenders()
        let senders = ([file.hub] + room.externalSenders).compactMap { known[$0] }
        let required = RequiredCapabilities(
            extensions: [.appDataDictionary], proposals: [.appDataUpdate, .selfRemove])
        return [
            Extension(.requiredCapabilities, data: required.encoded),
            Extension(.externalSenders, data: ExternalSenders(senders).encoded),
            Extension(.appDataDictionary, data: AppDataDictionary(components).encoded),
        ]
    }

    func performer(_ name: String) throws -> Performer {
        guard let performer = cast.performers[name] else {
            throw ScenarioError("no client \"\(name)\"", at: "")
        }
        return performer
    }

    /// Remembers where the providers stand in a group's list of external senders.
    func noteExternalPlaces(in group: PublicGroup) {
        for (domain, key) in externalKeys {
            let place = group.extensions.externalSenders.firstIndex {
                $0.signatureKey == key.publicKey
            }
            if let place { externalPlaces[domain] = UInt32(place) }
        }
    }

    // MARK: Deliveries

    /// Clients take what waits for them; nil is all of them. Returns what someone could not take.
    func deliver(to only: String?) async throws -> [String] {
        var problems: [String] = []
        for name in cast.performers.keys.sorted() where only == nil || only == name {
            guard var performer = cast.performers[name] else { continue }
            while true {
                let deliveries = try hub.deliveries(
                    to: performer.domain, from: performer.position)
                guard !deliveries.isEmpty else { break }
                for delivery in deliveries {
                    performer.position = delivery.position + 1
                    let isWithheld = delivery.withheldFrom.contains(performer.user.description)
                    do {
                        for message in try FanoutMessage.list(parsing: delivery.body) {
                            let isReadable =
                                !isWithheld && !unreadable.contains(message.message.encoded)
                            try performer.take(message, isReadable: isReadable, cast.profile)
                        }
                    } catch {
                        problems.append(
                            "\(name) can't take delivery \(delivery.position): \(error)")
                    }
                }
            }
            cast.performers[name] = performer
        }
        try await acknowledge()
        return problems
    }

    private func acknowledge() async throws {
        for domain in Set(cast.performers.values.map(\.domain)).sorted() {
            let positions = cast.performers.values.filter { $0.domain == domain }.map(\.position)
            guard let least = positions.min(), least > 0 else { continue }
            try await hub.acknowledge(domain, through: least - 1)
        }
    }
}

extension JoinCode {
    init(_ code: ScenarioJoinCode) {
        self.init(
            Array(code.code.utf8), role: code.role, uses: code.uses, expires: code.expires)
    }
}

extension ScenarioFile {
    /// All updates, with who sends them.
    private var updates: [(sender: ScenarioStep.Sender, update: UpdateSpec)] {
        steps.flatMap { step in
            if case .race(let members) = step.action { members } else { [step] }
        }.compactMap { step in
            if case .update(let sender, let update, _) = step.action {
                (sender, update)
            } else {
                nil
            }
        }
    }

    /// The domains that may propose from outside, besides the hub.
    var externalDomains: [String] {
        var domains = Set(room.externalSenders)
        for (sender, update) in updates {
            if case .provider(let domain) = sender { domains.insert(domain) }
            for case .externalSenders(let list) in update.proposals { domains.formUnion(list) }
        }
        return domains.subtracting([hub]).sorted()
    }

    /// The ids of the external pre-shared keys.
    var pskIDs: [[UInt8]] {
        var ids = Set<[UInt8]>()
        for case .psk(let id) in updates.flatMap(\.update.proposals) { ids.insert(Array(id.utf8)) }
        return ids.sorted { $0.lexicographicallyPrecedes($1) }
    }
}
