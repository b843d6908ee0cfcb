import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook

/// Runs a passive client epoch by epoch, and beside it someone outside who sees the messages only.
package struct PassiveClientRun {
    private let client: PassiveClient
    private let name: String
    private let profile = {
        var profile = GroupProfile.plain
        profile.credentials = AnyCredentials()
        return profile
    }()
    private var member: Member?
    private var outside: RoomState?
    private var next = 0

    /// `name` stands in the reports.
    package init(_ client: PassiveClient, name: String) {
        self.client = client
        self.name = name
    }

    /// Enters the group and reports on it.
    package mutating func start() -> PassiveClientReport {
        report(.initial, expecting: client.initialEpochAuthenticator) { run in
            let opened = try OpenedWelcome(
                run.readWelcome(), with: run.ownKeyPackage(), psks: run.psks)
            let tree = try run.client.ratchetTree.map { try RatchetTreeNodes(parsing: $0) }
            run.member = try .join(opened, tree: tree, run.profile, SystemRandom())
            let genesis = GroupGenesis(
                groupInfo: MLSMessage.groupInfo(opened.groupInfo).encoded, tree: tree?.encoded)
            let events = try RoomState.decide(genesis, run.profile).events
            run.outside = try RoomState(startingWith: events[0], run.profile)
        }
    }

    /// Goes to the next epoch and reports on it; nil at the end, or where the client is lost.
    package mutating func step() -> PassiveClientReport? {
        guard member != nil, next < client.epochs.count else { return nil }
        let epoch = client.epochs[next]
        next += 1
        return report(.number(next - 1), expecting: epoch.epochAuthenticator) { run in
            for bytes in epoch.proposals { try run.take(proposal: bytes) }
            let message = try PublicGroup.read(epoch.commit, run.profile)
            guard case .commit? = try run.member?.process(message) else {
                throw MemberError.unexpected("a commit that brings no new epoch")
            }
            try run.follow(message, epoch.commit)
        }
    }

    /// One that is refused counts only if the commit names it, and is missed there (D-40).
    private mutating func take(proposal bytes: [UInt8]) throws {
        let message = try PublicGroup.read(bytes, profile)
        do {
            guard case .proposal? = try member?.process(message) else {
                throw MemberError.unexpected("a proposal that is none")
            }
        } catch is Refusal {
            return
        }
        try follow(message, bytes)
    }

    /// Nobody outside can follow a group that hides its handshakes.
    private mutating func follow(_ message: MLSMessage, _ bytes: [UInt8]) throws {
        guard case .publicMessage = message else {
            outside = nil
            return
        }
        guard var state = outside else { return }
        for event in try state.decide(GroupHandshake(message: bytes), now: nil, profile).events {
            try state.apply(event, profile)
        }
        outside = state
    }

    // MARK: The client

    private var psks: PreSharedKeys {
        var psks = PreSharedKeys()
        for psk in client.externalPSKs { psks.add(psk.secret, as: .external(id: psk.id)) }
        return psks
    }

    private func ownKeyPackage() throws -> OwnKeyPackage {
        guard let suite = CipherSuite(rawValue: client.cipherSuite) else {
            throw MemberError.unexpected("cipher suite \(client.cipherSuite)")
        }
        let package: KeyPackage
        if case .keyPackage(let inside)? = try? MLSMessage(parsing: client.keyPackage) {
            package = inside
        } else {
            package = try KeyPackage(parsing: client.keyPackage)
        }
        let leaf = package.leafNode
        var own = try Client(suite, leaf.credential, signaturePrivateKey: client.signatureKey)
        own.capabilities = leaf.capabilities
        own.extensions = leaf.extensions
        let leafKey = try suite.kem.keyPair(of: client.encryptionKey)
        guard own.signatureKey == leaf.signatureKey, leafKey.publicKey == leaf.encryptionKey,
            try suite.kem.publicKey(of: client.initKey) == package.initKey
        else { throw MemberError.unexpected("private keys of another key package") }
        return OwnKeyPackage(
            client: own, keyPackage: package, initKey: client.initKey, leafKey: leafKey)
    }

    private func readWelcome() throws -> Welcome {
        guard case .welcome(let welcome) = try MLSMessage(parsing: client.welcome) else {
            throw MemberError.unexpected("welcome")
        }
        return welcome
    }

    // MARK: Reports

    private mutating func report(
        _ step: StepName, expecting authenticator: [UInt8],
        _ body: (inout PassiveClientRun) throws -> Void
    ) -> PassiveClientReport {
        var problem: String?
        do {
            try body(&self)
        } catch {
            problem = "\(error)"
            member = nil
        }
        let found = member?.epochAuthenticator
        if let found, found != authenticator {
            problem = "epoch_authenticator \(hex(found)), not \(hex(authenticator))"
        }
        if let member, let outside, member.group.context != outside.group.context {
            problem = problem ?? "another GroupContext outside"
        }
        return PassiveClientReport(
            client: name, cipherSuite: client.cipherSuite, step: step,
            epoch: member?.group.context.epoch, epochAuthenticator: found.map { hex($0) },
            isFollowedFromOutside: outside != nil
                && outside?.group.context == member?.group.context, detail: problem,
            ok: problem == nil)
    }
}

/// What came of one epoch of a passive client, as `hubstore passive` prints it.
package struct PassiveClientReport: Encodable, Sendable {
    package let client: String
    package let cipherSuite: UInt16
    /// The number of the commit from 0, or "initial" for the Welcome.
    package let step: StepName
    /// Nil where the client is lost.
    package let epoch: UInt64?
    /// Lower-case hex.
    package let epochAuthenticator: String?
    /// Whether someone outside saw all messages, and has the same GroupContext.
    package let isFollowedFromOutside: Bool
    package let detail: String?
    package let ok: Bool

    package enum CodingKeys: String, CodingKey {
        case client, step, epoch, detail, ok
        case cipherSuite = "cipher_suite"
        case epochAuthenticator = "epoch_authenticator"
        case isFollowedFromOutside = "outside"
    }

    /// Every key is there in every object.
    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(client, forKey: .client)
        try object.encode(cipherSuite, forKey: .cipherSuite)
        try object.encode(step, forKey: .step)
        try object.encode(epoch, forKey: .epoch)
        try object.encode(epochAuthenticator, forKey: .epochAuthenticator)
        try object.encode(isFollowedFromOutside, forKey: .isFollowedFromOutside)
        try object.encode(detail, forKey: .detail)
        try object.encode(ok, forKey: .ok)
    }

    /// The report as one line for people.
    package var line: String {
        var words = [ok ? "ok  " : "FAIL", client, "suite \(cipherSuite)", "\(step)"]
        if let epoch { words.append("epoch \(epoch)") }
        if let epochAuthenticator { words.append("authenticator \(epochAuthenticator)") }
        if let detail { words.append(detail) }
        return words.joined(separator: "  ")
    }
}

/// Whoever the members say they are: a file tells nothing of their authentication service.
private struct AnyCredentials: CredentialService {
    func objection(
        to credential: Credential, of signatureKey: [UInt8], as use: CredentialUse
    ) -> String? { nil }

    func clientName(of credential: Credential) -> [UInt8]? { nil }
}
