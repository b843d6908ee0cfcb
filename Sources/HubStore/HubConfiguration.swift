import EndpointMessages
import EventLog
import MLSCrypto
import MLSMessages
import RoomPolicy
import RoomState
import RuleBook

/// What a provider brings to its hub.
public struct HubConfiguration: Sendable {
    /// The provider's domain: a lower-case host name, as in `mimi://DOMAIN/r/ROOM`.
    public var domain: String
    /// The keys that the hub proposes with, as an external sender of its rooms' groups, and that it
    /// signs answers and franks with. A room of a cipher suite without a key is refused (B-9).
    public var signingKeys: [HubSigningKey]
    /// The secrets that messages are franked with (MIMI protocol §5.4.1), the current one first. Those
    /// that are retired stay, for reports of abuse. Without any, no message is franked.
    public var frankingSecrets: [[UInt8]] = []
    /// DER certificates of the authorities whose X.509 credentials are believed, by the domain of the
    /// provider whose users they certify.
    public var trustRoots: [String: [[UInt8]]] = [:]
    /// Whether the clients of a domain with trust roots must have X.509 credentials. Basic ones are the word
    /// of whoever adds the client, which need not be its provider.
    public var requiresCertificates = false
    /// Who credentials are and whether they are believed; nil for the hub's own way, with the trust roots.
    public var identities: (any HubIdentities)?
    /// Claims of credentials, by the number of their type in the registry of RFC 9420 §17.5.
    public var claims: [UInt16: any HubClaims] = [:]
    /// How the hub reaches other providers; nil for a hub that relays no requests for key packages.
    public var transport: (any ProviderTransport)?
    /// The key that signs checkpoints of the log; nil for a log that is not signed.
    public var logKey: LogSigningKey?
    /// The file that says what was signed last; nil for the path of the store with `.anchor` behind it.
    /// It should not be restored with the store.
    public var anchor: String?
    /// What a room may take of the hub.
    public var limits = Limits()
    /// How long what is no history is kept.
    public var retention = Retention()
    /// The time in milliseconds since the Unix epoch.
    public var clock: @Sendable () -> UInt64
    /// A number of random bytes, for the HPKE encryption of answers and the salts of records.
    public var random: @Sendable (_ count: Int) -> [UInt8] = Self.systemRandom

    /// All rules, but in tests of what each is for.
    package var enforcement = Enforcement.complete
    /// What goes wrong with the store; nothing, but in tests of what follows.
    package var fault: (@Sendable () -> AppendFault?)?

    /// What a room may take of the hub.
    public struct Limits: Hashable, Sendable {
        /// Proposals that wait for a commit in one room. Removals may be twice as many, so that they
        /// are possible in a room that is full of other proposals.
        public var pendingProposals = 1000
        /// How many of these may be of the users of one provider.
        public var pendingOfProvider = 500
        /// How many of these may be of one user.
        public var pendingOfUser = 250
        /// Bytes of all proposals that wait in one room, shared out as the proposals are; removals,
        /// again, may take twice as many.
        public var pendingSize = 16 << 20
        /// Bytes of a request: an update, a message, or any other.
        public var requestSize = 8 << 20
        /// Bytes of the store's pages that are in use; nil for as many as fit the disk. What is beyond is
        /// ``HubError/full(_:)``, and everything can still be read.
        public var storeSize: UInt64?
        /// Bytes of these that only updates may use which take someone out, so that removals and bans are
        /// possible in a store that is full.
        public var storeReserve: UInt64 = 16 << 20
        /// Entries of the journal of refusals; the oldest go first.
        public var refusals: UInt64 = 10_000
    }

    /// A hub of a domain with keys of its own; `clock` is that of the machine unless given.
    public init(
        domain: String, signingKeys: [HubSigningKey],
        clock: @escaping @Sendable () -> UInt64 = SystemClock.now
    ) {
        self.domain = domain
        self.signingKeys = signingKeys
        self.clock = clock
    }

    /// libcrypto's generator.
    public static let systemRandom: @Sendable (_ count: Int) -> [UInt8] = RandomSource.system.bytes

    /// Whether a log of this origin is the hub's.
    func owns(_ origin: String) -> Bool {
        origin == domain || origin.hasPrefix(domain + "/")
    }

    var log: Configuration {
        var configuration = Configuration()
        configuration.random = RandomSource(random)
        configuration.fault = fault
        configuration.quota = limits.storeSize.map {
            Quota(size: $0, reserve: limits.storeReserve)
        }
        return configuration
    }

    var services: RoomServices {
        let given = identities.map { GivenIdentities(given: $0) }
        var matchers = RoomServices().matchers
        for (type, claims) in claims { matchers[CredentialType(type)] = GivenClaims(given: claims) }
        return RoomServices(
            identities: given ?? URIIdentities(), matchers: matchers,
            trust: given ?? TrustRoots(trustRoots, only: requiresCertificates),
            hubKeys: signingKeys.map(\.key), enforcement: enforcement)
    }

    /// Refuses roots that are no certificates.
    func check() throws(HubError) {
        for (domain, roots) in trustRoots {
            for root in roots where (try? X509Certificate(der: root)) == nil {
                throw .invalidTrustRoot(domain)
            }
        }
    }
}

/// A private signature key of the hub.
public struct HubSigningKey: Sendable {
    let key: HubKey

    /// A key of the signature scheme of an MLS cipher suite (RFC 9420 §17.1): a seed of Ed25519 or
    /// Ed448, or a big-endian scalar of a NIST curve.
    ///
    /// Throws ``HubError/invalidKey`` where the suite is unknown or the bytes are no key of it.
    public init(cipherSuite: UInt16, privateKey: [UInt8]) throws(HubError) {
        guard let suite = CipherSuite(rawValue: cipherSuite),
            let key = try? HubKey(suite.signature, privateKey: privateKey)
        else { throw .invalidKey }
        self.key = key
    }

    /// The public key, in the form of RFC 9420 §5.1.1.
    public var publicKey: [UInt8] { key.publicKey }

    /// The entry for `external_senders` that the groups of this hub's rooms must have (RFC 9420
    /// §12.1.8.1), encoded: this key, and a basic credential with the URI of the provider. A room whose
    /// messages are to be franked has the same as its component `franking_agent`.
    public func externalSender(of domain: String) -> [UInt8] {
        key.externalSender(of: domain).encoded
    }
}

/// How a hub reaches other providers, and itself as the provider of its own users.
public protocol ProviderTransport: Sendable {
    /// Sends a KeyMaterialRequest (MIMI protocol §5.2) to a provider; returns the body of the answer,
    /// a KeyMaterialResponse.
    func keyMaterial(
        of targetUser: String, at provider: String, _ request: [UInt8]
    ) async throws -> [UInt8]
}
