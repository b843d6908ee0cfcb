import MLSCrypto
import MLSMessages

/// Whether a hub believes a credential (RFC 9420 §5.3.1), beyond that it names a user and client.
package protocol CredentialTrust: Sendable {
    /// Nil if the credential is to be believed, otherwise why not.
    func objection(to credential: Credential, of user: MIMIURI) -> String?
}

/// X.509 credentials must lead to a root of their user's provider. Basic ones are the word of whoever
/// brings them, and are refused of domains with roots if only certificates count.
package struct TrustRoots: CredentialTrust {
    /// DER certificates, by domain.
    package let roots: [String: [[UInt8]]]

    private let onlyCertificates: Bool

    package init(_ roots: [String: [[UInt8]]], only onlyCertificates: Bool = false) {
        self.roots = roots
        self.onlyCertificates = onlyCertificates
    }

    package func objection(to credential: Credential, of user: MIMIURI) -> String? {
        let roots = roots[user.domain] ?? []
        guard case .x509(let certificates) = credential else {
            return onlyCertificates && !roots.isEmpty
                ? "a credential without certificate of a user of \(user.domain)" : nil
        }
        let isTrusted = try? CertificateChain(certificates).leads(to: roots)
        return isTrusted ?? false ? nil : "a certificate of no authority of \(user.domain)"
    }
}
