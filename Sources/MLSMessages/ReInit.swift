import PresentationLanguage

/// ```
/// struct {
///     opaque group_id<V>;
///     ProtocolVersion version;
///     CipherSuite cipher_suite;
///     Extension extensions<V>;
/// } ReInit;
/// ```
/// RFC 9420 §12.1.5
package struct ReInit: TLSCodable, Hashable, Sendable {
    package let groupID: [UInt8]
    package let version: ProtocolVersion
    package let cipherSuite: CipherSuiteID
    package let extensions: [Extension]

    package init(
        groupID: [UInt8], version: ProtocolVersion, cipherSuite: CipherSuiteID,
        extensions: [Extension]
    ) {
        self.groupID = groupID
        self.version = version
        self.cipherSuite = cipherSuite
        self.extensions = extensions
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        groupID = try reader.readOpaque()
        version = try ProtocolVersion(from: &reader)
        cipherSuite = try CipherSuiteID(from: &reader)
        extensions = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: groupID)
        version.write(to: &writer)
        cipherSuite.write(to: &writer)
        writer.write(list: extensions)
    }
}
