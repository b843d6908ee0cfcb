import MLSCrypto
import MLSMessages
import PresentationLanguage
import RuleBook

/// Works out what a commit makes of a group, and refuses it where the result is not valid: D-50, D-56;
/// what its proposals do and bring is in ``EpochDraft``, the committer's own leaf and path in
/// ``applyPath()``. The group is not changed.
struct CommitStaging {
    let group: PublicGroup
    let handshake: AuthenticatedHandshake
    let commit: Commit
    let list: CommitProposals
    let profile: GroupProfile
    var next: EpochDraft
    var rules: Enforcement { profile.enforcement }

    init(
        _ group: PublicGroup, _ handshake: AuthenticatedHandshake, _ commit: Commit,
        _ list: CommitProposals, _ profile: GroupProfile
    ) {
        self.group = group
        self.handshake = handshake
        self.commit = commit
        self.list = list
        self.profile = profile
        next = EpochDraft(group)
    }

    /// The result, with the committer's leaf index in the new tree.
    mutating func stage() throws(Refusal) -> StagedCommit {
        try checkPathPresence()
        try next.apply(list, to: group, profile)
        let committer = try applyPath()
        try next.check(list, in: group, profile)

        var context = group.context
        let (epoch, isLast) = context.epoch.addingReportingOverflow(1)
        guard !isLast else {
            throw Refusal(
                .groupContext, "commit", expected: "an epoch after \(context.epoch)",
                found: "none")
        }
        context.epoch = epoch
        context.treeHash = next.tree.treeHash()
        context.confirmedTranscriptHash = TranscriptHash.confirmed(
            interim: group.interimTranscriptHash, commit: handshake.content, group.suite.hash)
        let changedExtensions =
            next.extensions.list == group.extensions.list ? nil : next.extensions.list
        context.extensions = next.extensions.list
        return StagedCommit(
            context: context, changedExtensions: changedExtensions, committer: committer,
            confirmationTag: handshake.content.auth.confirmationTag ?? [],
            reInit: list.ofType(.reInit).first.flatMap {
                if case .reInit(let reInit) = $0.proposal { reInit } else { nil }
            },
            added: list.added.map { $0.reference(group.suite.hash) },
            addedLeaves: next.addedLeaves, draft: next.tree)
    }

    /// D-50
    private func checkPathPresence() throws(Refusal) {
        try rules.require(
            .pathRequired, !list.demandsPath || commit.path != nil, "commit",
            expected: "an UpdatePath", found: "none")
    }
}
