import PresentationLanguage

/// ```
/// struct {
///     HPKEPublicKey external_pub;
/// } ExternalPub;
/// ```
/// RFC 9420 §12.4.3.2, the data of the `external_pub` extension
package struct ExternalPub: TLSCodable, Hashable, Sendable {
    package let publicKey: [UInt8]

    package init(publicKey: [UInt8]) {
        self.publicKey = publicKey
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        publicKey = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: publicKey)
    }
}
