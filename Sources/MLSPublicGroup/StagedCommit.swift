import MLSMessages
import RuleBook

/// What a commit makes of a group, before its companions were looked at.
package struct StagedCommit: Sendable {
    package let context: GroupContext
    /// The new GroupContext extensions, where they changed.
    let changedExtensions: [Extension]?
    package let committer: UInt32
    package let confirmationTag: [UInt8]
    let reInit: ReInit?
    /// The KeyPackageRefs of the Adds.
    let added: [[UInt8]]
    /// The leaves that the Adds filled, in their order.
    package let addedLeaves: [UInt32]
    /// The tree of the new epoch.
    package private(set) var draft: TreeDraft

    /// The change to apply; the draft is used up.
    package consuming func finish(groupInfo: GroupInfo? = nil) -> GroupChange {
        let tree = draft.finish()
        return GroupChange(
            context: context, confirmationTag: confirmationTag, extensions: changedExtensions,
            reInit: reInit, keyPackages: added, groupInfo: groupInfo.map(GroupInfoParts.init),
            tree: tree)
    }
}

/// What comes with a commit (MIMI protocol §5.3).
package struct CommitCompanions: Sendable {
    package var welcome: Welcome?
    package var groupInfo: GroupInfoOption?
    package var tree: RatchetTreeOption?

    package init(
        welcome: Welcome? = nil, groupInfo: GroupInfoOption? = nil, tree: RatchetTreeOption? = nil
    ) {
        self.welcome = welcome
        self.groupInfo = groupInfo
        self.tree = tree
    }
}

extension PublicGroup {
    /// Works out the next epoch from a commit whose proposals were judged.
    package func stage(
        _ handshake: AuthenticatedHandshake, _ proposals: CommitProposals, _ profile: GroupProfile
    ) throws(Refusal) -> StagedCommit {
        guard let commit = handshake.commit else { preconditionFailure("not a commit") }
        var staging = CommitStaging(self, handshake, commit, proposals, profile)
        return try staging.stage()
    }

    /// The same, compared with what comes with the commit.
    package func stage(
        _ handshake: AuthenticatedHandshake, _ proposals: CommitProposals,
        _ companions: CommitCompanions, _ profile: GroupProfile
    ) throws(Refusal) -> GroupChange {
        let staged = try stage(handshake, proposals, profile)
        let rules = CompanionRules(suite: suite, staged: staged, profile: profile)
        let groupInfo = try rules.check(companions)
        return staged.finish(groupInfo: groupInfo)
    }
}
