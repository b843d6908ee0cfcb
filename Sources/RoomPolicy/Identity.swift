import MLSCrypto
import MLSMessages

/// Whose client a credential is.
package struct ClientIdentity: Hashable, Sendable {
    /// The URI of the user.
    package let user: MIMIURI
    /// What tells the user's clients apart; equal for two credentials of one client.
    package let client: [UInt8]

    package init(user: MIMIURI, client: [UInt8]) {
        self.user = user
        self.client = client
    }
}

/// Tells whose client a credential is (H-38); an embedder may bring its own.
package protocol IdentityResolver: Sendable {
    /// Nil if the credential names no user and client in a form that this resolver accepts.
    func identity(of credential: Credential) -> ClientIdentity?
}

/// Basic credentials with the identity `USER-URI#DEVICE`, and X.509 credentials whose subject
/// alternative name has one URI of a user (`/u/`) and one of a client (`/d/`) of the same provider.
package struct URIIdentities: IdentityResolver {
    package init() {}

    package func identity(of credential: Credential) -> ClientIdentity? {
        switch credential {
        case .basic(let identity):
            guard let mark = identity.firstIndex(of: UInt8(ascii: "#")),
                let user = MIMIURI(Array(identity[..<mark]), .user),
                mark + 1 < identity.endIndex
            else { return nil }
            return ClientIdentity(user: user, client: identity)
        case .x509(let certificates):
            guard let first = certificates.first,
                let certificate = try? X509Certificate(der: first)
            else { return nil }
            let names = certificate.alternativeURIs.compactMap { MIMIURI($0) }
            let users = names.filter { $0.kind == .user }
            let clients = names.filter { $0.kind == .client }
            guard users.count == 1, clients.count == 1, users[0].domain == clients[0].domain else {
                return nil
            }
            return ClientIdentity(user: users[0], client: clients[0].bytes)
        case .other:
            return nil
        }
    }
}
