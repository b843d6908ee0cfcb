import MLSCrypto
import RoomPolicy
import RoomState

/// What a provider brings to its hub.
public struct HubConfiguration: Sendable {
    /// The provider's domain: a lower-case host name, as in `mimi://DOMAIN/r/ROOM`.
    public var domain: String
    /// The keys that the hub proposes with, as an external sender of its rooms' groups. A room of a
    /// cipher suite without a key is refused (B-9).
    public var signingKeys: [HubSigningKey]
    /// The time in milliseconds since the Unix epoch.
    public var clock: @Sendable () -> UInt64

    /// A hub of a domain with keys of its own; `clock` is that of the machine unless given.
    public init(
        domain: String, signingKeys: [HubSigningKey],
        clock: @escaping @Sendable () -> UInt64 = SystemClock.now
    ) {
        self.domain = domain
        self.signingKeys = signingKeys
        self.clock = clock
    }

    var services: RoomServices { RoomServices(hubKeys: signingKeys.map(\.key)) }
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
    /// §12.1.8.1), encoded: this key, and a basic credential with the URI of the provider.
    public func externalSender(of domain: String) -> [UInt8] {
        key.externalSender(of: domain).encoded
    }
}
