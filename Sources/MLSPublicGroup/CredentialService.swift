import MLSCrypto
import MLSMessages
import PresentationLanguage

/// The part of the authentication service (RFC 9420 §5.3.1) that an application supplies: what a
/// credential means. Signatures, and that a certificate holds the signature key, are checked
/// already.
package protocol CredentialService: Sendable {
    /// Nil if the credential is acceptable for its use, otherwise why not.
    func objection(to credential: Credential, of signatureKey: [UInt8], as use: CredentialUse)
        -> String?

    /// Bytes that are equal for two credentials of one client; nil if only signature keys tell
    /// clients apart.
    func clientName(of credential: Credential) -> [UInt8]?
}

/// The events of RFC 9420 §5.3.1 at which a credential is validated.
package enum CredentialUse: Sendable {
    /// A new client: in an Add, or joining by an external commit.
    case joiner
    /// A member of a group that is imported.
    case member
    /// A leaf that takes the place of another: by Update, by a path, or by an external commit that
    /// removes the older leaf.
    case replacement(of: Credential)
    /// An entry of `external_senders`.
    case externalSender
}

/// Credentials as opaque bytes: nothing is known of them but that the one which replaces another
/// must name the same client.
package struct OpaqueCredentials: CredentialService {
    package init() {}

    package func objection(
        to credential: Credential, of signatureKey: [UInt8], as use: CredentialUse
    ) -> String? {
        guard case .replacement(let old) = use, identity(credential) != identity(old) else {
            return nil
        }
        return "another identity than that of the replaced leaf"
    }

    package func clientName(of credential: Credential) -> [UInt8]? { nil }

    /// Type and content: of a certificate chain, its end entity's subject.
    private func identity(_ credential: Credential) -> [UInt8] {
        switch credential {
        case .basic(let identity), .other(_, let identity):
            return credential.type.encoded + identity
        case .x509(let certificates):
            return credential.type.encoded
                + (certificates.first.flatMap { try? X509Certificate(der: $0).subject } ?? [])
        }
    }
}
