import MLSMessages
import PresentationLanguage

/// `uint16 CapabilityType;`
///
/// room-policy §8: what a role lets its users do. Values without a name here are kept.
package struct Capability: CodePoint {
    package let rawValue: UInt16

    package init(_ rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The registry of room-policy §9, in its order.
    private static let registry: [(value: UInt16, name: String, isReserved: Bool)] = [
        (0x0000, "canAddParticipant", false),
        (0x0001, "canRemoveParticipant", false),
        (0x0002, "canAddOwnClient", false),
        (0x0003, "canRemoveOwnClient", false),
        (0x0004, "canOpenJoin", false),
        (0x0005, "canJoinIfPreauthorized", false),
        (0x0006, "canRemoveSelf", false),
        (0x0007, "canCreateJoinCode", true),
        (0x0008, "canDeleteJoinCode", true),
        (0x0009, "canUseJoinCode", false),
        (0x000a, "canBan", false),
        (0x000b, "canUnBan", false),
        (0x000c, "canKick", false),
        (0x000d, "canKnock", true),
        (0x000e, "canAcceptKnock", true),
        (0x000f, "canChangeUserRole", false),
        (0x0010, "canChangeOwnRole", false),
        (0x0011, "canCreateSubgroup", true),
        (0x0100, "canSendMessage", false),
        (0x0101, "canReceiveMessage", false),
        (0x0102, "canCopyMessage", false),
        (0x0103, "canReportAbuse", false),
        (0x0104, "canReplyToMessage", false),
        (0x0105, "canReactToMessage", false),
        (0x0106, "canEditReaction", false),
        (0x0107, "canDeleteOwnReaction", false),
        (0x0108, "canDeleteOtherReaction", false),
        (0x0109, "canEditOwnMessage", false),
        (0x010a, "canDeleteOwnMessage", false),
        (0x010b, "canDeleteOtherMessage", false),
        (0x010c, "canStartTopic", false),
        (0x010d, "canReplyInTopic", false),
        (0x010e, "canEditOwnTopic", false),
        (0x010f, "canEditOtherTopic", false),
        (0x0110, "canSendDirectMessage", true),
        (0x0111, "canTargetMessage", true),
        (0x0200, "canUploadImage", false),
        (0x0201, "canUploadAudio", false),
        (0x0202, "canUploadVideo", false),
        (0x0203, "canUploadAttachment", false),
        (0x0204, "canDownloadImage", false),
        (0x0205, "canDownloadAudio", false),
        (0x0206, "canDownloadVideo", false),
        (0x0207, "canDownloadAttachment", false),
        (0x0208, "canSendLink", false),
        (0x0209, "canSendLinkPreview", false),
        (0x020a, "canFollowLink", false),
        (0x020b, "canCopyLink", false),
        (0x0300, "canChangeRoomName", false),
        (0x0301, "canChangeRoomDescription", false),
        (0x0302, "canChangeRoomAvatar", false),
        (0x0303, "canChangeRoomSubject", false),
        (0x0304, "canChangeRoomMood", false),
        (0x0380, "canChangeOwnName", true),
        (0x0381, "canChangeOwnPresence", true),
        (0x0382, "canChangeOwnMood", true),
        (0x0383, "canChangeOwnAvatar", true),
        (0x0400, "canStartCall", false),
        (0x0401, "canJoinCall", false),
        (0x0402, "canSendAudio", false),
        (0x0403, "canReceiveAudio", false),
        (0x0404, "canSendVideo", false),
        (0x0405, "canReceiveVideo", false),
        (0x0406, "canShareScreen", false),
        (0x0407, "canViewSharedScreen", false),
        (0x0500, "canCreateRoom", true),
        (0x0501, "canDestroyRoom", false),
        (0x0502, "canChangeRoomMembershipStyle", false),
        (0x0503, "canChangeRoleDefinitions", false),
        (0x0504, "canChangePreauthorizedUserList", false),
        (0x0505, "canChangeOtherPolicyAttribute", true),
        (0x0600, "canChangeMlsOperationalPolicies", true),
        (0x0601, "canSendMLSReinitProposal", false),
        (0x0602, "canSendMLSUpdateProposal", true),
        (0x0603, "canSendMLSPSKProposal", true),
        (0x0604, "canSendMLSExternalProposal", true),
        (0x0605, "canSendMLSExternalCommit", true),
    ]

    private static let names = Dictionary(
        uniqueKeysWithValues: registry.map { ($0.value, $0.name) })
    private static let values = Dictionary(
        uniqueKeysWithValues: registry.map { ($0.name, $0.value) })

    /// The capability that the registry calls so.
    package init?(named name: String) {
        guard let value = Self.values[name] else { return nil }
        rawValue = value
    }

    /// The name in the registry; the number of a value that has none.
    package var name: String { Self.names[rawValue] ?? description }
}

/// Those that a hub enforces.
extension Capability {
    package static let canAddParticipant = Capability(0x0000)
    package static let canRemoveParticipant = Capability(0x0001)
    package static let canAddOwnClient = Capability(0x0002)
    package static let canRemoveOwnClient = Capability(0x0003)
    package static let canOpenJoin = Capability(0x0004)
    package static let canJoinIfPreauthorized = Capability(0x0005)
    package static let canRemoveSelf = Capability(0x0006)
    package static let canUseJoinCode = Capability(0x0009)
    package static let canBan = Capability(0x000a)
    package static let canUnban = Capability(0x000b)
    package static let canKick = Capability(0x000c)
    package static let canChangeUserRole = Capability(0x000f)
    package static let canChangeOwnRole = Capability(0x0010)
    package static let canSendMessage = Capability(0x0100)
    package static let canReceiveMessage = Capability(0x0101)
    package static let canReportAbuse = Capability(0x0103)
    package static let canChangeRoomName = Capability(0x0300)
    package static let canChangeRoomDescription = Capability(0x0301)
    package static let canChangeRoomAvatar = Capability(0x0302)
    package static let canChangeRoomSubject = Capability(0x0303)
    package static let canChangeRoomMood = Capability(0x0304)
    package static let canDestroyRoom = Capability(0x0501)
    package static let canChangeRoomMembershipStyle = Capability(0x0502)
    package static let canChangeRoleDefinitions = Capability(0x0503)
    package static let canChangePreauthorizedUserList = Capability(0x0504)
    package static let canChangeOtherPolicyAttribute = Capability(0x0505)
    package static let canChangeMLSOperationalPolicies = Capability(0x0600)
    package static let canSendMLSReInitProposal = Capability(0x0601)
}
