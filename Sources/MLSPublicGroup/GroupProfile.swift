import MLSMessages
import RuleBook

/// What an application settles once for the groups that it follows.
package struct GroupProfile: Sendable {
    package var credentials: any CredentialService
    package var components: any ComponentService
    package var enforcement: Enforcement
    /// The longest lifetime, in seconds, that a key package may claim; nil for no limit (D-16).
    package var maximumLifetime: UInt64?
    /// Every leaf that supports app_data_dictionary must list its components, not only where the
    /// group lists its own (D-21).
    package var leavesListComponents: Bool
    /// A GroupInfo may carry the ratchet tree (D-61).
    package var allowsTreeInGroupInfo: Bool
    /// A GroupInfo must offer external commits (D-62).
    package var requiresExternalPub: Bool
    /// A commit must come with its GroupInfo and, where it adds clients, its Welcome (D-60, D-63).
    package var requiresCompanions: Bool
    /// The widest tree, in leaves, that is imported: a power of two (D-65).
    package var maximumWidth = 1 << 18
    /// The GroupContext extension that lists the hosts of supplied trees; its number is not yet
    /// assigned (D-64).
    package var treeSourceDomains: ExtensionType?

    /// An MLS group that is not a MIMI room: credentials and components are opaque, and of a
    /// commit's companions those that are there are checked.
    package static let plain = GroupProfile(
        credentials: OpaqueCredentials(), components: OpaqueComponents(), enforcement: .complete,
        maximumLifetime: nil, leavesListComponents: false, allowsTreeInGroupInfo: true,
        requiresExternalPub: false, requiresCompanions: false, treeSourceDomains: nil)
}
