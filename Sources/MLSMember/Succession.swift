import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage

/// Groups that continue another one: the successor of a group that a ReInit closed (RFC 9420 §11.2)
/// and the branch of a living one (§11.3). Both say so by a resumption key in their first commit.
package enum Succession {
    /// Refuses a new group that is not what its keys say it is.
    static func check(
        _ psks: [PreSharedKeyID], _ group: PublicGroup, from previous: Member?,
        _ profile: GroupProfile
    ) throws {
        let claims = psks.compactMap { id -> (PreSharedKeyID.Usage, [UInt8], UInt64)? in
            guard case .resumption(let usage, let groupID, let epoch) = id.key,
                usage != .application
            else { return nil }
            return (usage, groupID, epoch)
        }
        guard let (usage, groupID, epoch) = claims.first else {
            guard previous == nil else {
                throw MemberError.succession("no key of the group that it should continue")
            }
            return
        }
        guard claims.count == 1 else {
            throw MemberError.succession("more than one group that it continues")
        }
        guard let previous else { throw MemberError.succession("a group that it continues") }
        guard groupID == previous.group.context.groupID, epoch == previous.epoch else {
            throw MemberError.succession("another group or epoch that it continues")
        }
        guard group.context.epoch == 1 else {
            throw MemberError.succession("epoch \(group.context.epoch)")
        }
        switch usage {
        case .reInit: try checkSuccessor(group, of: previous)
        case .branch: try checkBranch(group, of: previous, profile)
        case .application: break
        }
    }

    private static func checkSuccessor(_ group: PublicGroup, of previous: Member) throws {
        guard let reInit = previous.group.reInit else {
            throw MemberError.succession("no ReInit")
        }
        let context = group.context
        guard context.version == reInit.version, context.cipherSuite == reInit.cipherSuite,
            context.groupID == reInit.groupID, context.extensions == reInit.extensions
        else { throw MemberError.succession("other parameters than the ReInit's") }
    }

    private static func checkBranch(
        _ group: PublicGroup, of previous: Member, _ profile: GroupProfile
    ) throws {
        let old = previous.group
        guard group.context.version == old.context.version, group.suite == old.suite else {
            throw MemberError.succession("another version or cipher suite")
        }
        for (index, leaf) in group.tree.members {
            let known = old.tree.members.contains {
                profile.credentials.objection(
                    to: leaf.credential, of: leaf.signatureKey,
                    as: .replacement(of: $0.leaf.credential)) == nil
            }
            guard known else { throw MemberError.succession("leaf \(index), a stranger") }
        }
    }
}

extension Member {
    /// Starts the successor of a group that a ReInit closed. Its first commit adds the others and
    /// holds the key that is given.
    package func successor(as client: Client) throws -> (member: Member, key: Proposal) {
        guard let reInit = group.reInit else { throw MemberError.succession("no ReInit") }
        guard reInit.cipherSuite.rawValue == client.suite.rawValue else {
            throw MemberError.succession("a client of another cipher suite")
        }
        return (
            try .create(
                groupID: reInit.groupID, by: client, extensions: reInit.extensions, psks: psks,
                profile, random), try resumption(.reInit, client.suite)
        )
    }

    /// Starts a branch of the group. Its first commit adds others of this group and holds the key
    /// that is given.
    package func branch(
        groupID: [UInt8], as client: Client, extensions: [Extension] = []
    ) throws -> (member: Member, key: Proposal) {
        (
            try .create(
                groupID: groupID, by: client, extensions: extensions, psks: psks, profile, random),
            try resumption(.branch, client.suite)
        )
    }

    private func resumption(
        _ usage: PreSharedKeyID.Usage, _ suite: CipherSuite
    ) throws -> Proposal {
        .psk(
            PreSharedKeyID(
                key: .resumption(usage: usage, groupID: group.context.groupID, epoch: epoch),
                nonce: try random.bytes(suite.hash.size)))
    }
}
