import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     Protocol protocol = mls10;
///     IdentifierUri requestingUser;      // opaque<V>
///     IdentifierUri targetUser;          // opaque<V>
///     IdentifierUri roomId;              // opaque<V>, empty if there is none
///     CipherSuite acceptableCiphersuites<V>;      // one at least
///     RequiredCapabilities requiredCapabilities;
///     SignaturePublicKey requesterSignatureKey;
///     Credential requesterCredential;
///     opaque key_material_request_signature<V>;
///         // SignWithLabel(., "KeyMaterialRequestTBS", KeyMaterialRequestTBS)
/// } KeyMaterialRequest;
/// ```
/// MIMI protocol §5.2
package struct KeyMaterialRequest: TLSCodable, Hashable, Sendable {
    package static let label = "KeyMaterialRequestTBS"

    package var requestingUser: [UInt8]
    package var targetUser: [UInt8]
    package var roomID: [UInt8]
    package var cipherSuites: [CipherSuiteID]
    package var requiredCapabilities: RequiredCapabilities
    package var signatureKey: [UInt8]
    package var credential: Credential
    package var signature: [UInt8]

    package init(
        requestingUser: [UInt8], targetUser: [UInt8], roomID: [UInt8],
        cipherSuites: [CipherSuiteID], requiredCapabilities: RequiredCapabilities,
        signatureKey: [UInt8], credential: Credential, signature: [UInt8]
    ) {
        self.requestingUser = requestingUser
        self.targetUser = targetUser
        self.roomID = roomID
        self.cipherSuites = cipherSuites
        self.requiredCapabilities = requiredCapabilities
        self.signatureKey = signatureKey
        self.credential = credential
        self.signature = signature
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        _ = try EndToEndProtocol(from: &reader)
        requestingUser = try reader.readOpaque()
        targetUser = try reader.readOpaque()
        roomID = try reader.readOpaque()
        let start = reader.offset
        cipherSuites = try reader.readList()
        guard !cipherSuites.isEmpty else {
            throw DecodingError(
                .invalidValue(field: "acceptableCiphersuites", value: 0), at: start)
        }
        requiredCapabilities = try RequiredCapabilities(from: &reader)
        signatureKey = try reader.readOpaque()
        credential = try Credential(from: &reader)
        signature = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        writer.write(bytes: toBeSigned)
        writer.write(opaque: signature)
    }

    /// `KeyMaterialRequestTBS`: all fields but the signature.
    package var toBeSigned: [UInt8] {
        var writer = Writer()
        EndToEndProtocol.mls10.write(to: &writer)
        writer.write(opaque: requestingUser)
        writer.write(opaque: targetUser)
        writer.write(opaque: roomID)
        writer.write(list: cipherSuites)
        requiredCapabilities.write(to: &writer)
        writer.write(opaque: signatureKey)
        credential.write(to: &writer)
        return writer.bytes
    }
}
