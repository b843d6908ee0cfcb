import MLSMessages
import PresentationLanguage
import RuleBook

/// Rules about the proposals of one commit together: D-41 to D-46.
struct ProposalListRules {
    let group: PublicGroup
    let list: CommitProposals
    let profile: GroupProfile
    private var rules: Enforcement { profile.enforcement }

    func check() throws(Refusal) {
        if list.committer == .newMemberCommit {
            try checkExternalCommit()
        } else {
            try checkCommitter()
            try checkExclusive()
        }
        try checkOneChangePerLeaf()
        try checkAddedClients()
        try checkKeyPackages()
        try checkPSKs()
        try checkComponents()
        try checkSupport()
    }

    // MARK: D-41

    private func checkCommitter() throws(Refusal) {
        guard case .member(let committer) = list.committer else { return }
        for (position, entry) in list.entries.enumerated() where entry.target == committer {
            // An inline Update is refused by D-28 already.
            if entry.reference == nil, entry.proposal.type == .update { continue }
            try rules.require(
                .oneChangePerLeaf, false, CommitProposals.item(position, entry.proposal),
                expected: "no change of the committer's own leaf", found: "leaf \(committer)")
        }
    }

    private func checkOneChangePerLeaf() throws(Refusal) {
        var changed = Set<UInt32>()
        for (position, entry) in list.entries.enumerated() {
            guard let leaf = entry.target else { continue }
            try rules.require(
                .oneChangePerLeaf, changed.insert(leaf).inserted,
                CommitProposals.item(position, entry.proposal), expected: "one change of a leaf",
                found: "another of leaf \(leaf)")
        }
    }

    // MARK: D-26, D-42

    private func checkAddedClients() throws(Refusal) {
        let removed = list.removed
        let tree = group.tree
        var signatureKeys = Set<[UInt8]>()
        var clients = Set<[UInt8]>()
        for (position, entry) in list.entries.enumerated() {
            guard case .add(let keyPackage) = entry.proposal else { continue }
            let leaf = keyPackage.leafNode
            let name = profile.credentials.clientName(of: leaf.credential)
            let isNew =
                signatureKeys.insert(leaf.signatureKey).inserted
                && name.map { clients.insert($0).inserted } ?? true
            let places =
                tree.places(signatureKey: leaf.signatureKey)
                + (name.map(tree.places(client:)) ?? [])
            let stays = places.contains { !removed.contains($0.leaf) }
            try rules.require(
                .oneLeafPerClient, isNew && !stays, CommitProposals.item(position, entry.proposal),
                expected: "a client that is not in the group", found: "one that is added or stays")
        }
    }

    private func checkKeyPackages() throws(Refusal) {
        var references = Set<[UInt8]>()
        for keyPackage in list.added where !keyPackage.isLastResort {
            let reference = keyPackage.reference(group.suite.hash)
            try rules.require(
                .keyPackageReuse, references.insert(reference).inserted, "proposal list",
                expected: "each key package once", found: hex(reference))
        }
    }

    // MARK: D-43

    private func checkPSKs() throws(Refusal) {
        var seen = Set<PreSharedKeyID>()
        for (position, entry) in list.entries.enumerated() {
            guard case .psk(let psk) = entry.proposal else { continue }
            try rules.require(
                .exclusiveProposals, seen.insert(psk).inserted,
                CommitProposals.item(position, entry.proposal),
                expected: "each PreSharedKeyID once", found: "it again")
        }
    }

    private func checkExclusive() throws(Refusal) {
        let groupContextExtensions = list.ofType(.groupContextExtensions).count
        try rules.require(
            .exclusiveProposals, groupContextExtensions <= 1, "proposal list",
            expected: "one group_context_extensions", found: "\(groupContextExtensions)")
        try rules.require(
            .exclusiveProposals, list.ofType(.reInit).isEmpty || list.entries.count == 1,
            "proposal list", expected: "reinit alone",
            found: "\(list.entries.count) proposals")
        try rules.require(
            .exclusiveProposals, list.ofType(.externalInit).isEmpty, "proposal list",
            expected: "no external_init", found: "one")
    }

    // MARK: D-44

    /// Those who process the commit: the members that it does not remove, and an external joiner.
    private func checkSupport() throws(Refusal) {
        let types = Set(list.entries.map(\.proposal.type)).filter { !$0.isDefault }
        guard !types.isEmpty else { return }
        let members = group.members(without: list.removed)
        let missing = types.filter { !members.allSupport($0) }.min()
        try rules.require(
            .proposalSupport, missing == nil, "proposal list",
            expected: "types that every member supports", found: missing?.name ?? "")
    }

    // MARK: D-45

    private func checkComponents() throws(Refusal) {
        var updated = Set<ComponentID>()
        var removed = Set<ComponentID>()
        for (position, entry) in list.entries.enumerated() {
            guard case .appDataUpdate(let update) = entry.proposal else { continue }
            let component = update.component
            let fits: Bool
            if update.operation == .remove {
                fits = !updated.contains(component) && removed.insert(component).inserted
            } else {
                updated.insert(component)
                fits = !removed.contains(component)
            }
            try rules.require(
                .componentUpdates, fits, CommitProposals.item(position, entry.proposal),
                expected: "updates of a component, or one removal", found: component.description)
        }
    }

    // MARK: D-46

    private static let allowedInline: Set<ProposalType> = [
        .externalInit, .remove, .psk, .appDataUpdate, .appEphemeral,
    ]

    private func checkExternalCommit() throws(Refusal) {
        for (position, entry) in list.entries.enumerated() {
            let type = entry.proposal.type
            let allowed =
                entry.reference == nil ? Self.allowedInline.contains(type) : type == .selfRemove
            try rules.require(
                .externalCommitProposals, allowed, CommitProposals.item(position, entry.proposal),
                expected: "what an external commit may carry",
                found: entry.reference == nil ? type.name : "a reference to \(type.name)")
        }
        for (type, range) in [(ProposalType.externalInit, 1...1), (.remove, 0...1)] {
            let count = list.ofType(type).count
            try rules.require(
                .externalCommitProposals, range.contains(count), "proposal list",
                expected: "\(range) of \(type.name)", found: "\(count)")
        }
    }
}

extension PublicGroup {
    /// The members of this epoch but for some, who do not process the commit that removes them.
    func members(without removed: Set<UInt32>) -> Membership {
        var change = CapabilityCensus()
        for leaf in removed.compactMap(tree.leaf(at:)) { change.replace(leaf, by: nil) }
        return tree.membership(adding: change)
    }
}
