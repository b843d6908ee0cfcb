import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     Protocol protocol = mls10;
///     CipherSuite cipher_suite;
///     SignaturePublicKey requestingSignatureKey;
///     Credential requestingCredential;
///     HPKEPublicKey groupInfoPublicKey;
///     optional<opaque<V>> joiningCode;
///     opaque signature<V>;       // SignWithLabel(., "GroupInfoRequestTBS", GroupInfoRequestTBS)
/// } GroupInfoRequest;
/// ```
/// MIMI protocol §5.6. The joining code is optional in the message as it is in what is signed
/// (H-21).
package struct GroupInfoRequest: TLSCodable, Hashable, Sendable {
    package static let label = "GroupInfoRequestTBS"

    package var cipherSuite: CipherSuiteID
    package var requestingSignatureKey: [UInt8]
    package var requestingCredential: Credential
    package var groupInfoPublicKey: [UInt8]
    package var joiningCode: [UInt8]?
    package var signature: [UInt8]

    package init(
        cipherSuite: CipherSuiteID, requestingSignatureKey: [UInt8],
        requestingCredential: Credential, groupInfoPublicKey: [UInt8], joiningCode: [UInt8]?,
        signature: [UInt8]
    ) {
        self.cipherSuite = cipherSuite
        self.requestingSignatureKey = requestingSignatureKey
        self.requestingCredential = requestingCredential
        self.groupInfoPublicKey = groupInfoPublicKey
        self.joiningCode = joiningCode
        self.signature = signature
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        _ = try EndToEndProtocol(from: &reader)
        cipherSuite = try CipherSuiteID(from: &reader)
        requestingSignatureKey = try reader.readOpaque()
        requestingCredential = try Credential(from: &reader)
        groupInfoPublicKey = try reader.readOpaque()
        joiningCode = try reader.readOptionalOpaque()
        signature = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        writer.write(bytes: toBeSigned)
        writer.write(opaque: signature)
    }

    /// `GroupInfoRequestTBS`: all fields but the signature.
    package var toBeSigned: [UInt8] {
        var writer = Writer()
        EndToEndProtocol.mls10.write(to: &writer)
        cipherSuite.write(to: &writer)
        writer.write(opaque: requestingSignatureKey)
        requestingCredential.write(to: &writer)
        writer.write(opaque: groupInfoPublicKey)
        writer.write(optionalOpaque: joiningCode)
        return writer.bytes
    }
}
