import PresentationLanguage

/// ```
/// struct {
///     SignaturePublicKey signature_key;
///     Credential credential;
/// } ExternalSender;
///
/// ExternalSender external_senders<V>;
/// ```
/// RFC 9420 §12.1.8.1
package struct ExternalSender: TLSCodable, Hashable, Sendable {
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

/// The data of the `external_senders` extension.
package struct ExternalSenders: TLSCodable, Hashable, Sendable {
    package let senders: [ExternalSender]

    package init(_ senders: [ExternalSender]) {
        self.senders = senders
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        senders = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        writer.write(list: senders)
    }
}
