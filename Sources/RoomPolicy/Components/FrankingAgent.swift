import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     SignaturePublicKey signature_key;          // opaque<V>
///     Credential credential;
/// } FrankingAgentData;
/// ```
/// MIMI protocol §5.4.1: the component `franking_agent`
package struct FrankingAgent: TLSCodable, Hashable, Sendable {
    package let signatureKey: [UInt8]
    package let credential: Credential

    package init(signatureKey: [UInt8], credential: Credential) {
        self.signatureKey = signatureKey
        self.credential = credential
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        signatureKey = try reader.readOpaque()
        credential = try Credential(from: &reader)
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: signatureKey)
        credential.write(to: &writer)
    }
}
