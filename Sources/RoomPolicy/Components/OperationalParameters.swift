import MLSMessages
import PresentationLanguage

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
