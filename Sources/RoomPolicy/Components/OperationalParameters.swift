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

/// ```
/// select (PendingProposalPolicy.strategy) {
///     case unspecified(0), immediate(1): struct{};
///     case random_delay(2): uint64 minimum_ms; uint64 maximum_ms;
///     default: ComponentID component;            // (H-16)
/// };
/// ```
/// room-policy §7.3
package enum PendingProposalPolicy: TLSCodable, Hashable, Sendable {
    case unspecified
    case immediate
    case randomDelay(minimum: UInt64, maximum: UInt64)
    case other(UInt8, ComponentID)

    package init(from reader: inout Reader) throws(DecodingError) {
        switch try reader.readUInt8() {
        case 0: self = .unspecified
        case 1: self = .immediate
        case 2:
            self = .randomDelay(
                minimum: try reader.readUInt64(), maximum: try reader.readUInt64())
        case let strategy: self = .other(strategy, try ComponentID(from: &reader))
        }
    }

    package func write(to writer: inout Writer) {
        switch self {
        case .unspecified: writer.write(UInt8(0))
        case .immediate: writer.write(UInt8(1))
        case .randomDelay(let minimum, let maximum):
            writer.write(UInt8(2))
            writer.write(minimum)
            writer.write(maximum)
        case .other(let strategy, let component):
            writer.write(strategy)
            component.write(to: &writer)
        }
    }
}

/// ```
/// struct {
///     uint64 minimum;
///     uint64 default;
///     uint64 maximum;
/// } MinDefaultMaxTime;
/// ```
/// room-policy §7
package struct TimeRange: TLSCodable, Hashable, Sendable {
    package var minimum: UInt64 = 0
    package var usual: UInt64 = 0
    package var maximum: UInt64 = 0

    package init() {}

    package init(from reader: inout Reader) throws(DecodingError) {
        minimum = try reader.readUInt64()
        usual = try reader.readUInt64()
        maximum = try reader.readUInt64()
    }

    package func write(to writer: inout Writer) {
        writer.write(minimum)
        writer.write(usual)
        writer.write(maximum)
    }
}

/// ```
/// struct {
///     ExtendedCapabilities mandatory;
///     ExtendedCapabilities default;
///     ExtendedCapabilities forbidden;
///     WireFormat handshake_formats<V>;           // or WireFormat handshake_formats<V><V> (H-16)
///     bool external_proposal_allowed;
///     bool external_commit_allowed;
///     PendingProposalPolicy pending_proposal_policy;
///     MinDefaultMaxTime leaf_update_time;
///     uint8 epoch_tolerance;
///     uint16 pad_to;
///     uint32 max_generation_skip;
///     uint64 max_keypackage_lifetime;
///     uint64 max_credential_lifetime;
///     uint64 resumption_psk_lifetime;
///     MinDefaultMaxTime reuse_guard_nonce_lifetime;
///     uint32 max_keypairs;
///     MinDefaultMaxTime buffer_time;
///     uint32 max_buffered_messages;
/// } OperationalParameters;
/// ```
/// room-policy §7: the component `mls_operational_policy`
package struct OperationalParameters: Hashable, Sendable {
    package var mandatory = ExtendedCapabilities()
    package var usual = ExtendedCapabilities()
    package var forbidden = ExtendedCapabilities()
    package var handshakeFormats: [WireFormat] = []
    package var allowsExternalProposals = true
    package var allowsExternalCommits = true
    package var pendingProposals = PendingProposalPolicy.unspecified
    package var leafUpdateTime = TimeRange()
    package var epochTolerance: UInt8 = 0
    package var padTo: UInt16 = 0
    package var maximumGenerationSkip: UInt32 = 0
    /// In seconds, as those of credentials and resumption keys.
    package var maximumKeyPackageLifetime: UInt64 = 0
    package var maximumCredentialLifetime: UInt64 = 0
    package var resumptionKeyLifetime: UInt64 = 0
    package var nonceLifetime = TimeRange()
    package var maximumKeyPairs: UInt32 = 0
    package var bufferTime = TimeRange()
    package var maximumBuffered: UInt32 = 0

    package init() {}

    package init(
        from reader: inout Reader, _ profile: WireProfile
    ) throws(DecodingError) {
        mandatory = try ExtendedCapabilities(from: &reader, profile)
        usual = try ExtendedCapabilities(from: &reader, profile)
        forbidden = try ExtendedCapabilities(from: &reader, profile)
        handshakeFormats = try reader.readWireFormats(profile)
        allowsExternalProposals = try Bool(from: &reader)
        allowsExternalCommits = try Bool(from: &reader)
        pendingProposals = try PendingProposalPolicy(from: &reader)
        leafUpdateTime = try TimeRange(from: &reader)
        epochTolerance = try reader.readUInt8()
        padTo = try reader.readUInt16()
        maximumGenerationSkip = try reader.readUInt32()
        maximumKeyPackageLifetime = try reader.readUInt64()
        maximumCredentialLifetime = try reader.readUInt64()
        resumptionKeyLifetime = try reader.readUInt64()
        nonceLifetime = try TimeRange(from: &reader)
        maximumKeyPairs = try reader.readUInt32()
        bufferTime = try TimeRange(from: &reader)
        maximumBuffered = try reader.readUInt32()
    }

    package func encoded(_ profile: WireProfile) -> [UInt8] {
        var writer = Writer()
        mandatory.write(to: &writer, profile)
        usual.write(to: &writer, profile)
        forbidden.write(to: &writer, profile)
        writer.write(wireFormats: handshakeFormats, profile)
        allowsExternalProposals.write(to: &writer)
        allowsExternalCommits.write(to: &writer)
        pendingProposals.write(to: &writer)
        leafUpdateTime.write(to: &writer)
        writer.write(epochTolerance)
        writer.write(padTo)
        writer.write(maximumGenerationSkip)
        writer.write(maximumKeyPackageLifetime)
        writer.write(maximumCredentialLifetime)
        writer.write(resumptionKeyLifetime)
        nonceLifetime.write(to: &writer)
        writer.write(maximumKeyPairs)
        bufferTime.write(to: &writer)
        writer.write(maximumBuffered)
        return writer.bytes
    }
}

/// `WireFormats wire_formats<V>` as one list, or as a list of lists with the switch of H-16 (d), of
/// which a list of one each is written.
extension Reader {
    fileprivate mutating func readWireFormats(
        _ profile: WireProfile
    ) throws(DecodingError) -> [WireFormat] {
        guard profile.nestsWireFormats else { return try readList() }
        return try readVector { (reader) throws(DecodingError) in
            var list: [WireFormat] = []
            while reader.remaining > 0 { list += try reader.readList(of: WireFormat.self) }
            return list
        }
    }
}

extension Writer {
    fileprivate mutating func write(wireFormats list: [WireFormat], _ profile: WireProfile) {
        guard profile.nestsWireFormats else { return write(list: list) }
        writeVector { writer in
            if !list.isEmpty { writer.write(list: list) }
        }
    }
}
