import MLSCrypto
import MLSMessages
import PresentationLanguage
import RuleBook

/// Works out what a commit makes of a group, and refuses it where the result is not valid: D-12 to
/// D-14, D-17 and D-21 of the leaves that enter, D-32, D-34, D-47, D-50, D-55, D-56; the committer's
/// own leaf and path are in ``applyPath()``. The group is not changed.
struct CommitStaging {
    let group: PublicGroup
    let handshake: AuthenticatedHandshake
    let commit: Commit
    let list: CommitProposals
    let profile: GroupProfile
    var tree: TreeDraft
    /// Of the new epoch.
    var extensions: ContextExtensions
    /// The leaves that Adds of this commit filled.
    var addedLeaves: Set<UInt32> = []
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
        tree = TreeDraft(group.tree)
        extensions = group.extensions
    }

    /// The result, with the committer's leaf index in the new tree.
    mutating func stage() throws(Refusal) -> StagedCommit {
        try checkPathPresence()
        try applyProposals()
        let committer = try applyPath()
        try checkEnteredLeaves()
        try checkMembers()

        var context = group.context
        let (epoch, isLast) = context.epoch.addingReportingOverflow(1)
        guard !isLast else {
            throw Refusal(
                .groupContext, "commit", expected: "an epoch after \(context.epoch)",
                found: "none")
        }
        context.epoch = epoch
        context.treeHash = tree.treeHash()
        context.confirmedTranscriptHash = TranscriptHash.confirmed(
            interim: group.interimTranscriptHash, commit: handshake.content, group.suite.hash)
        let changedExtensions =
            extensions.list == group.extensions.list ? nil : extensions.list
        context.extensions = extensions.list
        return StagedCommit(
            context: context, changedExtensions: changedExtensions, committer: committer,
            confirmationTag: handshake.content.auth.confirmationTag ?? [],
            reInit: list.ofType(.reInit).first.flatMap {
                if case .reInit(let reInit) = $0.proposal { reInit } else { nil }
            },
            added: list.added.map { $0.reference(group.suite.hash) }, draft: tree)
    }

    /// D-50
    private func checkPathPresence() throws(Refusal) {
        let demanding: Set<ProposalType> = [
            .update, .remove, .externalInit, .groupContextExtensions, .selfRemove,
        ]
        let demands = list.entries.first { demanding.contains($0.proposal.type) }?.proposal.type
        let needed = list.entries.isEmpty || demands != nil
        try rules.require(
            .pathRequired, !needed || commit.path != nil, "commit",
            expected: "an UpdatePath for \(demands?.name ?? "an empty list")", found: "none")
    }

    // MARK: D-47

    /// The order in which types take effect; unknown types change nothing that a hub can see.
    private static let order: [ProposalType] = [
        .groupContextExtensions, .update, .selfRemove, .remove, .add, .psk, .externalInit, .reInit,
        .appEphemeral, .appDataUpdate,
    ]

    private mutating func applyProposals() throws(Refusal) {
        var entries = list.entries
        if rules.holds(.applicationOrder) {
            entries = Self.order.flatMap { list.ofType($0) }
        }
        var updates: [AppDataUpdate] = []
        for entry in entries {
            switch entry.proposal {
            case .groupContextExtensions(let new):
                extensions = try ContextExtensions(new, profile)
                try extensions.checkDictionaryEdit(
                    from: group.extensions, profile, "group_context_extensions")
            case .update(let leaf):
                if let index = entry.target { tree.update(leaf, at: index) }
            case .selfRemove, .remove:
                if let index = entry.target {
                    tree.remove(index, shrinking: rules.holds(.treeShape))
                }
            case .add(let keyPackage):
                addedLeaves.insert(tree.add(keyPackage.leafNode))
            case .appDataUpdate(let update):
                updates.append(update)
            case .psk, .externalInit, .reInit, .appEphemeral, .other:
                break
            }
        }
        try apply(updates)
    }

    /// D-34, with what precedes it in the commit; D-56: a dictionary where there was none.
    private mutating func apply(_ updates: [AppDataUpdate]) throws(Refusal) {
        guard !updates.isEmpty else { return }
        var components = extensions.dictionary?.byComponent ?? [:]
        for update in updates {
            let component = update.component
            let old = components[component]
            switch update.operation {
            case .remove:
                try rules.require(
                    .appDataUpdate, old != nil, "component \(component)",
                    expected: "data to remove", found: "none")
                components[component] = nil
            case .update(let payload):
                let new = profile.components.updating(component, old, with: payload)
                try rules.require(
                    .appDataUpdate, new != nil, "component \(component)",
                    expected: "an update that it accepts", found: hex(payload))
                components[component] = new
            }
        }
        let dictionary = AppDataDictionary(components)
        extensions = try ContextExtensions(
            extensions.list.setting(.appDataDictionary, to: dictionary.encoded), profile)
    }

    // MARK: Leaves that enter

    private mutating func checkEnteredLeaves() throws(Refusal) {
        let leafRules = LeafContextRules(extensions, profile)
        let updated = list.ofType(.update).compactMap(\.target)
        for index in addedLeaves.sorted() + updated.sorted() {
            guard let leaf = tree.leaf(at: index) else { continue }
            try leafRules.check(leaf, in: tree.membership, "leaf \(index)")
            try leafRules.checkUnique(leaf, in: tree, "leaf \(index)")
        }
    }

    /// D-32: what all members of the new epoch must support; D-21: new demands on their components.
    private func checkMembers() throws(Refusal) {
        guard !list.ofType(.groupContextExtensions, .appDataUpdate).isEmpty else { return }
        let members = tree.membership
        let demanded = extensions.demanded
        let extensionType = demanded.extensions.union(demanded.requiredExtensions)
            .filter { !members.allSupport($0) }.min()
        let proposalType = demanded.proposals.filter { !members.allSupport($0) }.min()
        let credentialType = demanded.credentials.filter { !members.allSupport($0) }.min()
        let missing =
            extensionType?.description ?? proposalType?.description ?? credentialType?.description
        try rules.require(
            .groupContextExtensions, missing == nil, "GroupContext extensions",
            expected: "what all members support", found: missing ?? "")
        guard extensions.demandsComponents(otherThan: group.extensions) else { return }
        let leafRules = LeafContextRules(extensions, profile)
        for (index, leaf) in tree.members {
            try leafRules.checkComponents(leaf, "leaf \(index)")
        }
    }
}
