import MLSCrypto
import MLSMessages

/// Whether a hub believes a credential (RFC 9420 §5.3.1), beyond that it names a user and client.
package protocol CredentialTrust: Sendable {
    /// Nil if the credential is to be believed, otherwise why not.
    func objection(to credential: Credential, of user: MIMIURI) -> String?
}

/// X.509 credentials must lead to a root of their user's provider; basic ones are the word of the
/// provider that they come from.
package struct TrustRoots: CredentialTrust {
    /// DER certificates, by domain.
    package let roots: [String: [[UInt8]]]

    package init(_ roots: [String: [[UInt8]]]) {
        self.roots = roots
    }

    package func objection(to credential: Credential, of user: MIMIURI) -> String? {
        guard case .x509(let certificates) = credential else { return nil }
        let roots = roots[user.domain] ?? []
        let isTrusted = try? CertificateChain(certificates).leads(to: roots)
        return isTrusted ?? false ? nil : "a certificate of no authority of \(user.domain)"
    }
}
