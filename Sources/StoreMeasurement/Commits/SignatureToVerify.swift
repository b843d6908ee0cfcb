import MLSCrypto
import PresentationLanguage

/// ```
/// struct {
///     opaque public_key<V>;
///     opaque message<V>;             // SignContent (RFC 9420 §5.1.2)
///     opaque signature<V>;
/// } SignatureToVerify;
/// ```
/// What verifying one signature takes, and nothing else: the floor of what a commit costs.
struct SignatureToVerify: TLSCodable {
    let publicKey: [UInt8]
    let message: [UInt8]
    let signature: [UInt8]

    init(_ publicKey: [UInt8], _ label: String, _ content: [UInt8], _ signature: [UInt8]) {
        self.publicKey = publicKey
        message = SignatureScheme.signContent(label, content)
        self.signature = signature
    }

    init(from reader: inout Reader) throws(DecodingError) {
        publicKey = try reader.readOpaque()
        message = try reader.readOpaque()
        signature = try reader.readOpaque()
    }

    func write(to writer: inout Writer) {
        writer.write(opaque: publicKey)
        writer.write(opaque: message)
        writer.write(opaque: signature)
    }

    func verify(_ suite: CipherSuite) -> Bool {
        suite.signature.verify(signature, of: message, publicKey: publicKey)
    }
}
