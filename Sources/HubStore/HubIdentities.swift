import MLSMessages
import RoomPolicy

/// A credential of a client (RFC 9420 §5.3).
public enum HubCredential: Hashable, Sendable {
    case basic(identity: [UInt8])
    /// DER certificates, the end entity first.
    case x509([[UInt8]])
    /// Of another type, by its number in the registry of RFC 9420 §17.5; its content as it stands.
    case other(type: UInt16, content: [UInt8])

    init(_ credential: Credential) {
        switch credential {
        case .basic(let identity): self = .basic(identity: identity)
        case .x509(let certificates): self = .x509(certificates)
        case .other(let type, let content): self = .other(type: type.rawValue, content: content)
        }
    }
}

/// Tells whose client a credential is (H-38), where the hub's own way does not do.
///
/// That way: a basic credential is `USER-URI#DEVICE`; an X.509 one names one user (`/u/`) and one client
/// (`/d/`) of one provider in its subject alternative name. A resolver must always give the same answer
/// for the same credential: rooms are rebuilt from their records with it.
public protocol HubIdentities: Sendable {
    /// The URI of the user, and bytes that tell the user's clients apart; nil for a credential that names
    /// no user and client.
    func identity(of credential: HubCredential) -> (user: String, client: [UInt8])?

    /// Nil if the credential of this user is to be believed, otherwise why not (RFC 9420 §5.3.1). This is
    /// asked when a client joins or changes its leaf, and when it asks for a GroupInfo or key packages.
    func objection(to credential: HubCredential, of user: String) -> String?
}

/// What an embedder says, in the words of the rooms.
struct GivenIdentities: IdentityResolver, CredentialTrust {
    let given: any HubIdentities

    func identity(of credential: Credential) -> ClientIdentity? {
        guard let identity = given.identity(of: HubCredential(credential)),
            let user = MIMIURI(Array(identity.user.utf8), .user)
        else { return nil }
        return ClientIdentity(user: user, client: identity.client)
    }

    func objection(to credential: Credential, of user: MIMIURI) -> String? {
        given.objection(to: HubCredential(credential), of: user.description)
    }
}

/// Tells whether credentials of a type make a claim (room-policy §4), for preauthorizations. X.509 claims
/// are built in: an attribute of the subject, or a text of the subject alternative name, by its object
/// identifier. A matcher must always give the same answer: decisions are made again by an audit.
public protocol HubClaims: Sendable {
    func matches(id: [UInt8], value: [UInt8], _ credential: HubCredential) -> Bool
}

/// What an embedder says, in the words of the rooms.
struct GivenClaims: ClaimMatcher {
    let given: any HubClaims

    func matches(_ claim: Claim, _ credential: Credential) -> Bool {
        given.matches(id: claim.id, value: claim.value, HubCredential(credential))
    }
}
