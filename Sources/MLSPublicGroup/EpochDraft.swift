import MLSMessages
import PresentationLanguage
import RuleBook

/// What the proposals of a commit make of a group's tree and extensions, before its path: D-34,
/// D-47, D-55.
package struct EpochDraft: Sendable {
    package var tree: TreeDraft
    /// Of the new epoch.
    package private(set) var extensions: ContextExtensions
    /// The leaves that Adds filled, in the order of the list.
    package private(set) var addedLeaves: [UInt32] = []

    init(_ group: PublicGroup) {
        tree = TreeDraft(group.tree)
        extensions = group.extensions
    }

    /// The order in which types take effect; unknown types change nothing that a hub can see.
    private static let order: [ProposalType] = [
        .groupContextExtensions, .update, .selfRemove, .remove, .add, .psk, .externalInit, .reInit,
        .appEphemeral, .appDataUpdate,
    ]

    /// Applies a resolved list to the group that the draft was started from.
    mutating func apply(
        _ list: CommitProposals, to group: PublicGroup, _ profile: GroupProfile
    ) throws(Refusal) {
        let rules = profile.enforcement
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
                addedLeaves.append(tree.add(keyPackage.leafNode))
            case .appDataUpdate(let update):
                updates.append(update)
            case .psk, .externalInit, .reInit, .appEphemeral, .other:
                break
            }
        }
        try apply(updates, profile)
    }

    /// D-34, all updates of a component at once; D-56: a dictionary where there was none.
    private mutating func apply(
        _ updates: [AppDataUpdate], _ profile: GroupProfile
    ) throws(Refusal) {
        guard !updates.isEmpty else { return }
        let rules = profile.enforcement
        var components = extensions.dictionary?.byComponent ?? [:]
        var payloads: [ComponentID: [[UInt8]]] = [:]
        for update in updates {
            let component = update.component
            switch update.operation {
            case .remove:
                try rules.require(
                    .appDataUpdate, components[component] != nil, "component \(component)",
                    expected: "data to remove", found: "none")
                components[component] = nil
            case .update(let payload):
                payloads[component, default: []].append(payload)
            }
        }
        for (component, payloads) in payloads.sorted(by: { $0.key < $1.key }) {
            let new = profile.components.updating(component, components[component], with: payloads)
            try rules.require(
                .appDataUpdate, new != nil, "component \(component)",
                expected: "an update that it accepts",
                found: payloads.map(hex).joined(separator: " "))
            components[component] = new
        }
        let dictionary = AppDataDictionary(components)
        extensions = try ContextExtensions(
            extensions.list.setting(.appDataDictionary, to: dictionary.encoded), profile)
    }
}

/// What the leaves of the new epoch must be together: D-12 to D-14, D-17 and D-21 of those that enter,
/// and D-32.
extension EpochDraft {
    func check(
        _ list: CommitProposals, in group: PublicGroup, _ profile: GroupProfile
    ) throws(Refusal) {
        try checkEnteredLeaves(list, profile)
        try checkMembers(list, in: group, profile)
    }

    private func checkEnteredLeaves(
        _ list: CommitProposals, _ profile: GroupProfile
    ) throws(Refusal) {
        let leafRules = LeafContextRules(extensions, profile)
        let updated = list.ofType(.update).compactMap(\.target)
        for index in addedLeaves.sorted() + updated.sorted() {
            guard let leaf = tree.leaf(at: index) else { continue }
            try leafRules.check(leaf, in: tree.membership, "leaf \(index)")
            try leafRules.checkUnique(leaf, in: tree, "leaf \(index)")
        }
    }

    /// D-32: what all members of the new epoch must support; D-21: new demands on their components.
    private func checkMembers(
        _ list: CommitProposals, in group: PublicGroup, _ profile: GroupProfile
    ) throws(Refusal) {
        guard !list.ofType(.groupContextExtensions, .appDataUpdate).isEmpty else { return }
        let members = tree.membership
        let demanded = extensions.demanded
        let extensionType = demanded.extensions.union(demanded.requiredExtensions)
            .filter { !members.allSupport($0) }.min()
        let proposalType = demanded.proposals.filter { !members.allSupport($0) }.min()
        let credentialType = demanded.credentials.filter { !members.allSupport($0) }.min()
        let missing =
            extensionType?.description ?? proposalType?.description ?? credentialType?.description
        try profile.enforcement.require(
            .groupContextExtensions, missing == nil, "GroupContext extensions",
            expected: "what all members support", found: missing ?? "")
        guard extensions.demandsComponents(otherThan: group.extensions) else { return }
        let leafRules = LeafContextRules(extensions, profile)
        for (index, leaf) in tree.members {
            try leafRules.checkComponents(leaf, "leaf \(index)")
        }
    }
}

extension PublicGroup {
    /// Judges proposals that wait for one commit: as a list, and as what they make of the group
    /// together, so that none waits which no commit could hold.
    package func judge(
        waiting entries: [CommitProposals.Entry], _ profile: GroupProfile
    ) throws(Refusal) {
        // Of no committer yet, so that nothing of the list is its own.
        let list = CommitProposals(entries: entries, committer: .external(index: 0))
        try judge(list: list, profile)
        try draft(of: list, profile).check(list, in: self, profile)
    }

    /// The next epoch as the proposals alone make it, which were resolved but perhaps not judged.
    package func draft(
        of list: CommitProposals, _ profile: GroupProfile
    ) throws(Refusal) -> EpochDraft {
        var draft = EpochDraft(self)
        try draft.apply(list, to: self, profile)
        return draft
    }
}
