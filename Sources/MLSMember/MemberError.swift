import MLSMessages

/// Why a member can't follow, beside the refusals that it shares with a hub: what only someone with
/// the group's secrets can see, and what only a member needs.
package enum MemberError: Error, Hashable, Sendable {
    // MARK: What a hub can't check

    /// The membership_tag is not one of the group (RFC 9420 §6.2).
    case membershipTag
    /// The confirmation_tag does not confirm the new epoch (RFC 9420 §8.1).
    case confirmationTag
    /// A path secret gives another public key than the path or the tree holds (RFC 9420 §7.5).
    case pathSecret(node: Int)
    /// No ciphertext of the path is for a key of this member (RFC 9420 §7.5).
    case noPathSecret
    /// A message key that was used already, or is too far ahead (RFC 9420 §9.2).
    case messageKey(generation: UInt32)

    // MARK: What a member needs

    /// A pre-shared key that this client does not hold (RFC 9420 §8.4).
    case missingPSK(PreSharedKeyID)
    /// A Welcome that is for other key packages (RFC 9420 §12.4.3.1).
    case notWelcome
    /// A Welcome for a tree in which the client's leaf is not (RFC 9420 §12.4.3.1).
    case leafNotInTree
    /// A group that is not the successor or branch it claims to be (RFC 9420 §11.2, §11.3).
    case succession(String)
    /// A GroupInfo without a usable external_pub (RFC 9420 §12.4.3.2).
    case noExternalPub
    /// A message of a kind that a member does not take this way, or a part that is not there.
    case unexpected(String)
}
