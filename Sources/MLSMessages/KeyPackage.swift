import MLSCrypto
import PresentationLanguage

/// ```
/// struct {
///     ProtocolVersion version;
///     CipherSuite cipher_suite;
///     HPKEPublicKey init_key;
///     LeafNode leaf_node;
///     Extension extensions<V>;
///     opaque signature<V>;       // SignWithLabel(., "KeyPackageTBS", KeyPackageTBS)
/// } KeyPackage;
/// ```
/// RFC 9420 §10
package struct KeyPackage: TLSCodable, Hashable, Sendable {
    package var version: ProtocolVersion
    package var cipherSuite: CipherSuiteID
    package var initKey: [UInt8]
    package var leafNode: LeafNode
    package var extensions: [Extension]
    package var signature: [UInt8]

    package init(
        version: ProtocolVersion, cipherSuite: CipherSuiteID, initKey: [UInt8],
        leafNode: LeafNode, extensions: [Extension], signature: [UInt8]
    ) {
        self.version = version
        self.cipherSuite = cipherSuite
        self.initKey = initKey
        self.leafNode = leafNode
        self.extensions = extensions
        self.signature = signature
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        version = try ProtocolVersion(from: &reader)
        cipherSuite = try CipherSuiteID(from: &reader)
        initKey = try reader.readOpaque()
        leafNode = try LeafNode(from: &reader)
        extensions = try reader.readList()
        signature = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        writer.write(bytes: toBeSigned)
        writer.write(opaque: signature)
    }

    /// `KeyPackageTBS`: all fields but the signature.
    package var toBeSigned: [UInt8] {
        var writer = Writer()
        version.write(to: &writer)
        cipherSuite.write(to: &writer)
        writer.write(opaque: initKey)
        leafNode.write(to: &writer)
        writer.write(list: extensions)
        return writer.bytes
    }

    /// `KeyPackageRef` (RFC 9420 §5.2)
    package func reference(_ hash: HashAlgorithm) -> [UInt8] {
        hash.refHash(label: "MLS 1.0 KeyPackage Reference", value: encoded)
    }
}
