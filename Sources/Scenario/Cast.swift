import EndpointMessages
import HubStore
import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState

/// Who acts in a scenario: clients with their keys, made from the seed.
struct Cast {
    let suite: CipherSuite
    let profile: GroupProfile
    let providers: Providers
    var performers: [String: Performer] = [:]
    /// DER roots that the hub trusts, by domain.
    private(set) var roots: [String: [[UInt8]]] = [:]
    /// The external keys of the scenario, which every client has.
    private(set) var psks = PreSharedKeys()
    private let seed: UInt64
    /// Whether the room's messages have a SafeAAD.
    private let hasSafeAAD: Bool

    init(_ file: ScenarioFile, _ suite: CipherSuite, _ clock: StageClock) throws {
        providers = Providers(clock)
        self.suite = suite
        seed = file.seed
        hasSafeAAD = file.room.hasFrankingAgent
        guard let uri = MIMIURI(Array(file.room.uri.utf8), .room) else {
            throw ScenarioError("no room's URI: \(file.room.uri)", at: ".room.uri")
        }
        var profile = RoomServices().groupProfile(RoomSettings(room: uri, hub: file.hub))
        // What a hub asks of an update is not asked of what members see.
        profile.allowsTreeInGroupInfo = true
        profile.requiresExternalPub = false
        profile.requiresCompanions = false
        self.profile = profile
        for id in file.pskIDs { psks.add(SHA256.hash(id).bytes, as: .external(id: id)) }
        for (number, client) in file.clients.enumerated() {
            try add(client, number: number, clock: file.clock)
        }
    }

    private mutating func add(
        _ spec: ScenarioClient, number: Int, clock: UInt64
    ) throws {
        guard let user = MIMIURI(Array(spec.user.utf8), .user) else {
            throw ScenarioError("no user's URI: \(spec.user)", at: ".clients.\(spec.name)")
        }
        let random = SeededRandom(seed: seed, name: "client \(spec.name)")
        let key = try suite.signature.privateKey { (count) throws(CryptoError) in
            try random.bytes(count)
        }
        let credential = try credential(of: spec, user, key, serial: number + 2)
        var client = try Client(suite, credential, signaturePrivateKey: key)
        client.listComponents(ComponentRegistry.allComponents, and: safeAAD)
        var performer = Performer(
            name: spec.name, user: user, client: client, psks: psks, random: random)
        try publish(spec, &performer, clock: clock)
        performers[spec.name] = performer
    }

    /// What the leaves of clients say beside the components that they know.
    private var safeAAD: [ComponentData] {
        hasSafeAAD
            ? [ComponentData(.safeAAD, data: ComponentsList([.frankAAD]).encoded)] : []
    }

    private mutating func credential(
        of spec: ScenarioClient, _ user: MIMIURI, _ key: [UInt8], serial: Int
    ) throws -> Credential {
        guard spec.isX509 else {
            return .basic(identity: user.bytes + Array("#\(spec.name)".utf8))
        }
        let domain = user.domain
        let trusted = try authority(of: domain)
        roots[domain] = [trusted.certificate]
        let issuer = spec.isUntrusted ? try authority(of: "untrusted \(domain)") : trusted
        let certificate = try issuer.certify(
            suite.signature.publicKey(of: key), of: suite.signature,
            uris: [user.bytes, Array("mimi://\(domain)/d/\(spec.name)".utf8)],
            attributes: spec.claims.map {
                .init(identifier: String(decoding: $0.id, as: UTF8.self), value: $0.value)
            }, serial: serial)
        return .x509(certificates: [certificate])
    }

    private func authority(of name: String) throws -> CertificateAuthority {
        try CertificateAuthority(
            name: name, seed: SeededRandom(seed: seed, name: "authority \(name)").bytes(32))
    }

    /// Gives the client's key packages to its provider.
    private func publish(
        _ spec: ScenarioClient, _ performer: inout Performer, clock: UInt64
    ) throws {
        let now = clock / 1000
        let day: UInt64 = 86_400
        let lifetime = Lifetime(notBefore: now - min(now, day), notAfter: now + 90 * day)
        var packages: [OwnKeyPackage] = []
        for _ in 0..<spec.keyPackages {
            packages.append(try performer.client.keyPackage(lifetime, performer.random))
        }
        // A client without any has none of last resort, either.
        let last =
            spec.keyPackages > 0
            ? try performer.client.keyPackage(lifetime, isLastResort: true, performer.random) : nil
        performer.keyPackages = packages + [last].compactMap { $0 }
        providers.publish(
            packages.map(\.keyPackage), lastResort: last?.keyPackage, of: spec.name,
            user: performer.user.bytes)
    }
}

/// A client of a scenario.
package struct Performer {
    package let name: String
    package let user: MIMIURI
    package let client: Client
    package let psks: PreSharedKeys
    package let random: SeededRandom
    package var keyPackages: [OwnKeyPackage] = []
    /// Nil while it is not in the group.
    package var member: Member?
    /// What it was in earlier epochs, the latest last.
    package var past: [Member] = []
    /// Where it is in its provider's queue.
    package var position: UInt64 = 0
    /// The messages of its own that were accepted.
    package var sent: Set<[UInt8]> = []

    package init(
        name: String, user: MIMIURI, client: Client, psks: PreSharedKeys, random: SeededRandom
    ) {
        self.name = name
        self.user = user
        self.client = client
        self.psks = psks
        self.random = random
    }

    package var domain: String { user.domain }

    package mutating func become(_ next: Member?) {
        if let member {
            past.append(member)
            past = past.suffix(5)
        }
        member = next
    }

    /// Who it was in an epoch.
    package func member(in epoch: UInt64) -> Member? {
        (past + [member].compactMap { $0 }).last { $0.epoch == epoch }
    }

    // MARK: What comes

    /// Takes a delivery; throws what it can't make sense of.
    package mutating func take(
        _ message: FanoutMessage, isReadable: Bool, _ profile: GroupProfile
    ) throws {
        switch message.rest {
        case .proposal(let more):
            for message in [message.message] + more { try take(handshake: message) }
        case .commit(let externalProposals):
            try take(handshake: message.message)
            for message in externalProposals { try take(handshake: message) }
        case .welcome(let tree):
            try take(welcome: message.message, tree, profile)
        case .application:
            guard isReadable else { return }
            try take(application: message.message)
        }
    }

    private mutating func take(handshake message: MLSMessage) throws {
        guard case .publicMessage(let content) = message, !sent.contains(message.encoded),
            var member, member.epoch == content.content.epoch,
            member.group.context.groupID == content.content.groupID
        else { return }
        switch try member.process(message) {
        case .removal: become(nil)
        case .commit: become(member)
        default: self.member = member
        }
    }

    private mutating func take(
        welcome message: MLSMessage, _ tree: RatchetTreeOption, _ profile: GroupProfile
    ) throws {
        guard case .welcome(let welcome) = message,
            let own = keyPackages.first(where: { own in
                welcome.secrets.contains { $0.newMember == own.reference }
            })
        else { return }
        var nodes: RatchetTreeNodes?
        if case .full(let tree) = tree { nodes = tree }
        let opened = try OpenedWelcome(welcome, with: own, psks: psks)
        // One who came in by itself meanwhile needs no Welcome any more.
        let context = opened.groupInfo.groupContext
        if let member, member.group.context.groupID == context.groupID,
            member.epoch >= context.epoch
        {
            return
        }
        become(try Member.join(opened, tree: nodes, profile, random))
    }

    private mutating func take(application message: MLSMessage) throws {
        guard case .privateMessage(let content) = message, !sent.contains(message.encoded) else {
            return
        }
        if var member, member.epoch == content.epoch {
            _ = try member.process(message)
            self.member = member
        } else if let place = past.lastIndex(where: { $0.epoch == content.epoch }) {
            // A message that the hub still took; only who was there can read it.
            _ = try past[place].process(message)
        }
    }
}
