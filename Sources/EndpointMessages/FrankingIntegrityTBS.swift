import MLSCrypto
import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     uint8 server_frank[32];
///     uint16 franking_signature_ciphersuite;
///     ServerFrankingContext context;
/// } FrankingIntegrityTBS;
/// ```
/// MIMI protocol §5.4.1: what the signature of a ``Frank`` covers
package struct FrankingIntegrityTBS: TLSCodable, Hashable, Sendable {
    package static let label = "FrankingIntegrityTBS"

    package let serverFrank: Digest32
    package let cipherSuite: CipherSuiteID
    package let context: ServerFrankingContext

    package init(
        serverFrank: Digest32, cipherSuite: CipherSuiteID, context: ServerFrankingContext
    ) {
        self.serverFrank = serverFrank
        self.cipherSuite = cipherSuite
        self.context = context
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        serverFrank = try Digest32(from: &reader)
        cipherSuite = try CipherSuiteID(from: &reader)
        context = try ServerFrankingContext(from: &reader)
    }

    package func write(to writer: inout Writer) {
        serverFrank.write(to: &writer)
        cipherSuite.write(to: &writer)
        context.write(to: &writer)
    }
}
