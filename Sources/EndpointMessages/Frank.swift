import MLSCrypto
import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     uint8 server_frank[32];
///     uint16 franking_signature_ciphersuite;
///     opaque franking_integrity_signature<V>;
///         // SignWithLabel(., "FrankingIntegrityTBS", FrankingIntegrityTBS)
/// } Frank;
/// ```
/// MIMI protocol §5.4: the hub's stamp on an application message
package struct Frank: TLSCodable, Hashable, Sendable {
    package let serverFrank: Digest32
    package let cipherSuite: CipherSuiteID
    package let integritySignature: [UInt8]

    package init(
        serverFrank: Digest32, cipherSuite: CipherSuiteID, integritySignature: [UInt8]
    ) {
        self.serverFrank = serverFrank
        self.cipherSuite = cipherSuite
        self.integritySignature = integritySignature
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        serverFrank = try Digest32(from: &reader)
        cipherSuite = try CipherSuiteID(from: &reader)
        integritySignature = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        serverFrank.write(to: &writer)
        cipherSuite.write(to: &writer)
        writer.write(opaque: integritySignature)
    }
}
