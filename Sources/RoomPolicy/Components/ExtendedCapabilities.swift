import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     ProtocolVersion versions<V>;
///     CipherSuite cipher_suites<V>;
///     ExtensionType extensions<V>;
///     ProposalType proposals<V>;
///     CredentialType credentials<V>;
///     WireFormat wire_formats<V>;                // or WireFormat wire_formats<V><V> (H-16)
///     ComponentID component_ids<V>;
///     ComponentID safe_aad<V>;
///     MediaType media_types<V>;
///     ContentType content_types<V>;
/// } ExtendedCapabilities;
/// ```
/// room-policy §7
package struct ExtendedCapabilities: Hashable, Sendable {
    package var versions: [ProtocolVersion] = []
    package var cipherSuites: [CipherSuiteID] = []
    package var extensions: [ExtensionType] = []
    package var proposals: [ProposalType] = []
    package var credentials: [CredentialType] = []
    package var wireFormats: [WireFormat] = []
    package var components: [ComponentID] = []
    package var safeAAD: [ComponentID] = []
    package var mediaTypes: [MediaType] = []
    package var contentTypes: [UInt8] = []

    package init() {}

    init(from reader: inout Reader, _ profile: WireProfile) throws(DecodingError) {
        versions = try reader.readList()
        cipherSuites = try reader.readList()
        extensions = try reader.readList()
        proposals = try reader.readList()
        credentials = try reader.readList()
        wireFormats = try reader.readWireFormats(profile)
        components = try reader.readList()
        safeAAD = try reader.readList()
        mediaTypes = try reader.readList()
        contentTypes = try reader.readList()
    }

    func write(to writer: inout Writer, _ profile: WireProfile) {
        writer.write(list: versions)
        writer.write(list: cipherSuites)
        writer.write(list: extensions)
        writer.write(list: proposals)
        writer.write(list: credentials)
        writer.write(wireFormats: wireFormats, profile)
        writer.write(list: components)
        writer.write(list: safeAAD)
        writer.write(list: mediaTypes)
        writer.write(list: contentTypes)
    }
}
