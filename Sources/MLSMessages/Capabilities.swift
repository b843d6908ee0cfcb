import PresentationLanguage

/// ```
/// struct {
///     ProtocolVersion versions<V>;
///     CipherSuite cipher_suites<V>;
///     ExtensionType extensions<V>;
///     ProposalType proposals<V>;
///     CredentialType credentials<V>;
/// } Capabilities;
/// ```
/// RFC 9420 §7.2
package struct Capabilities: TLSCodable, Hashable, Sendable {
    package var versions: [ProtocolVersion]
    package var cipherSuites: [CipherSuiteID]
    package var extensions: [ExtensionType]
    package var proposals: [ProposalType]
    package var credentials: [CredentialType]

    package init(
        versions: [ProtocolVersion], cipherSuites: [CipherSuiteID], extensions: [ExtensionType],
        proposals: [ProposalType], credentials: [CredentialType]
    ) {
        self.versions = versions
        self.cipherSuites = cipherSuites
        self.extensions = extensions
        self.proposals = proposals
        self.credentials = credentials
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        versions = try reader.readList()
        cipherSuites = try reader.readList()
        extensions = try reader.readList()
        proposals = try reader.readList()
        credentials = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        writer.write(list: versions)
        writer.write(list: cipherSuites)
        writer.write(list: extensions)
        writer.write(list: proposals)
        writer.write(list: credentials)
    }
}
