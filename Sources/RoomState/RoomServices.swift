import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RuleBook

/// What a hub brings to its rooms: who credentials are, what they claim, and its own key.
package struct RoomServices: Sendable {
    package var identities: any IdentityResolver
    package var matchers: [CredentialType: any ClaimMatcher]
    /// Nil believes every credential, as when records are folded.
    package var trust: (any CredentialTrust)?
    package var enforcement: Enforcement
    /// The hub's keys as an external sender, by signature scheme; each signs for the rooms whose
    /// groups it fits.
    package var hubKeys: [HubKey]
    /// Where an audit takes the hub's signatures from, in place of keys.
    package var recorded: RecordedSignatures?

    package init(
        identities: any IdentityResolver = URIIdentities(),
        matchers: [CredentialType: any ClaimMatcher] = [.x509: X509Claims()],
        trust: (any CredentialTrust)? = nil, hubKeys: [HubKey] = [],
        enforcement: Enforcement = .complete
    ) {
        self.identities = identities
        self.matchers = matchers
        self.trust = trust
        self.hubKeys = hubKeys
        self.enforcement = enforcement
    }

    /// How the MLS group of a MIMI room is judged.
    package func groupProfile(_ settings: RoomSettings) -> GroupProfile {
        var profile = GroupProfile.plain
        profile.credentials = RoomCredentials(identities: identities, trust: trust)
        profile.components = RoomComponents(registry: ComponentRegistry(settings.profile))
        profile.enforcement = enforcement
        profile.leavesListComponents = true
        profile.allowsTreeInGroupInfo = false
        profile.requiresExternalPub = true
        profile.requiresCompanions = true
        return profile
    }

    /// The same under a room's operational policy: lifetimes of key packages (D-16), and whether there
    /// must be a way in by external commit (D-62).
    func groupProfile(
        _ settings: RoomSettings, _ operational: OperationalParameters?
    ) -> GroupProfile {
        var profile = groupProfile(settings)
        guard let operational else { return profile }
        let lifetime = operational.maximumKeyPackageLifetime
        profile.maximumLifetime = lifetime == 0 ? nil : lifetime
        profile.requiresExternalPub = operational.allowsExternalCommits
        return profile
    }
}

/// A signature key of the hub.
package struct HubKey: Sendable {
    private enum Signer: Sendable {
        case privateKey([UInt8])
        case recorded(RecordedSignatures)
    }

    package let scheme: SignatureScheme
    package let publicKey: [UInt8]
    private let signer: Signer

    package init(_ scheme: SignatureScheme, privateKey: [UInt8]) throws(CryptoError) {
        self.scheme = scheme
        signer = .privateKey(privateKey)
        publicKey = try scheme.publicKey(of: privateKey)
    }

    /// A key whose signatures were recorded.
    init(_ scheme: SignatureScheme, publicKey: [UInt8], _ signatures: RecordedSignatures) {
        self.scheme = scheme
        self.publicKey = publicKey
        signer = .recorded(signatures)
    }

    /// The credential of a provider as an external sender: basic, with its URI.
    static func credential(of domain: String) -> Credential {
        .basic(identity: Array("mimi://\(domain)".utf8))
    }

    /// The entry of `external_senders` that a hub has.
    package func externalSender(of domain: String) -> ExternalSender {
        ExternalSender(signatureKey: publicKey, credential: Self.credential(of: domain))
    }

    /// `SignWithLabel` (RFC 9420 §5.1.2). Of recorded signatures, one that is missing or wrong is empty.
    package func sign(_ label: String, _ content: [UInt8]) throws(CryptoError) -> [UInt8] {
        switch signer {
        case .privateKey(let key):
            return try scheme.signWithLabel(privateKey: key, label: label, content: content)
        case .recorded(let signatures):
            guard let signature = signatures.signature(of: content),
                scheme.verifyWithLabel(
                    publicKey: publicKey, label: label, content: content, signature: signature)
            else { return [] }
            return signature
        }
    }

    /// A proposal of the hub for the epoch of a context, as external sender `index`.
    package func proposal(
        _ proposal: Proposal, in context: GroupContext, epoch: UInt64, index: UInt32,
        authenticatedData: [UInt8]
    ) throws(CryptoError) -> PublicMessage {
        let content = FramedContent(
            groupID: context.groupID, epoch: epoch, sender: .external(index: index),
            authenticatedData: authenticatedData, body: .proposal(proposal))
        let signature = try sign(
            "FramedContentTBS", content.toBeSigned(wireFormat: .publicMessage, context: []))
        return PublicMessage(
            content: content, auth: FramedContentAuthData(signature: signature),
            membershipTag: nil)
    }
}

/// Credentials of a room's clients: each names its user and client, and one that takes the place of
/// another names the same.
struct RoomCredentials: CredentialService {
    let identities: any IdentityResolver
    let trust: (any CredentialTrust)?

    func objection(
        to credential: Credential, of signatureKey: [UInt8], as use: CredentialUse
    ) -> String? {
        if case .externalSender = use { return nil }
        guard let identity = identities.identity(of: credential) else {
            return "a credential that names no user and client"
        }
        if let objection = trust?.objection(to: credential, of: identity.user) { return objection }
        guard case .replacement(let old) = use, identities.identity(of: old) != identity else {
            return nil
        }
        return "another client than that of the replaced leaf"
    }

    func clientName(of credential: Credential) -> [UInt8]? {
        identities.identity(of: credential)?.client
    }
}

/// The components of a room.
struct RoomComponents: ComponentService {
    let registry: ComponentRegistry

    func locations(of component: ComponentID) -> ComponentLocations? {
        component.coreLocations
            ?? (ComponentRegistry.isRoomComponent(component) ? .groupContext : nil)
    }

    func updating(
        _ component: ComponentID, _ data: [UInt8]?, with updates: [[UInt8]]
    ) -> [UInt8]? {
        registry.updating(component, data, with: updates)
    }

    func accepts(ephemeral data: [UInt8], of component: ComponentID) -> Bool {
        component == .appAck && (try? AppAck(parsing: data)) != nil
    }
}
