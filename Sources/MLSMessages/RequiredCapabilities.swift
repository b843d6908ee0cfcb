import PresentationLanguage

/// ```
/// struct {
///     ExtensionType extension_types<V>;
///     ProposalType proposal_types<V>;
///     CredentialType credential_types<V>;
/// } RequiredCapabilities;
/// ```
/// RFC 9420 §11.1
package struct RequiredCapabilities: TLSCodable, Hashable, Sendable {
    package var extensions: [ExtensionType]
    package var proposals: [ProposalType]
    package var credentials: [CredentialType]

    package init(
        extensions: [ExtensionType] = [], proposals: [ProposalType] = [],
        credentials: [CredentialType] = []
    ) {
        self.extensions = extensions
        self.proposals = proposals
        self.credentials = credentials
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        extensions = try reader.readList()
        proposals = try reader.readList()
        credentials = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        writer.write(list: extensions)
        writer.write(list: proposals)
        writer.write(list: credentials)
    }
}
