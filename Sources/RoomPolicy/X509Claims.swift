import MLSCrypto
import MLSMessages

/// Claims about X.509 credentials (room-policy §4): `id` is an object identifier in dotted form, and
/// `value` the text of a subject attribute, or of an otherName of the subject alternative name, with
/// that identifier.
package struct X509Claims: ClaimMatcher {
    package init() {}

    package func matches(_ claim: Claim, _ credential: Credential) -> Bool {
        guard case .x509(let certificates) = credential, let first = certificates.first,
            let certificate = try? X509Certificate(der: first)
        else { return false }
        return (certificate.subjectAttributes + certificate.alternativeTexts).contains {
            Array($0.identifier.utf8) == claim.id && $0.value == claim.value
        }
    }
}
