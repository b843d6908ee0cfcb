import MLSCrypto
import MLSMessages
import PresentationLanguage
import RuleBook

/// Rules about one proposal by itself: D-16, D-20, D-25 to D-36 as far as no other proposal of the
/// same commit can change the answer. The rest is judged with the commit.
struct ProposalRules {
    let group: PublicGroup
    let profile: GroupProfile
    /// Seconds since the Unix epoch; nil leaves out lifetimes.
    let now: UInt64?
    private var rules: Enforcement { profile.enforcement }

    /// `isInline`: the proposal is part of a commit by its sender.
    func check(
        _ proposal: Proposal, from sender: Sender, isInline: Bool, _ item: String
    ) throws(Refusal) {
        switch proposal {
        case .add(let keyPackage):
            guard rules.holds(.add) else { return }
            try checkKeyPackage(keyPackage, item)
        case .update(let leaf):
            try checkUpdate(leaf, from: sender, isInline: isInline, item)
        case .remove(let leaf):
            try rules.require(
                .remove, group.tree.leaf(at: leaf) != nil, item, expected: "the leaf of a member",
                found: "leaf \(leaf), blank or outside the tree")
        case .psk(let psk):
            try checkPSK(psk, item)
        case .reInit(let reInit):
            try rules.require(
                .reInit, reInit.version >= group.context.version, item,
                expected: "version \(group.context.version) or later",
                found: reInit.version.description)
        case .externalInit(let kemOutput):
            try checkExternalInit(kemOutput, from: sender, item)
        case .groupContextExtensions(let list):
            try checkGroupContextExtensions(list, item)
        case .appDataUpdate(let update):
            try checkAppDataUpdate(update, item)
        case .appEphemeral(let ephemeral):
            try checkAppEphemeral(ephemeral, item)
        case .selfRemove:
            try checkSelfRemove(from: sender, isInline: isInline, item)
        case .other(let type, _):
            try rules.require(
                .grease, !type.isGREASE, item, expected: "a proposal type that is not GREASE",
                found: type.description)
            guard !isInline else { return }
            let members = group.members(without: group.pending.removed)
            try rules.require(
                .proposalSupport, members.allSupport(type), item,
                expected: "a proposal type that all members support", found: type.description)
        }
    }

    // MARK: Add and Update

    private var leafRules: LeafRules {
        LeafRules(suite: group.suite, groupID: group.context.groupID, profile: profile)
    }

    /// D-25, D-26 and the rules of its leaf (D-27)
    private func checkKeyPackage(
        _ keyPackage: KeyPackage, _ item: String
    ) throws(Refusal) {
        let suite = group.suite
        try rules.require(
            .keyPackage, keyPackage.version == group.context.version, item,
            expected: "version \(group.context.version)", found: keyPackage.version.description)
        try rules.require(
            .keyPackage, keyPackage.cipherSuite == group.context.cipherSuite, item,
            expected: "cipher suite \(group.context.cipherSuite)",
            found: keyPackage.cipherSuite.description)
        try rules.require(
            .keyPackage, suite.kem.isPublicKey(keyPackage.initKey), item,
            expected: "an init_key of the cipher suite", found: hex(keyPackage.initKey))
        try rules.require(
            .keyPackage, keyPackage.initKey != keyPackage.leafNode.encryptionKey, item,
            expected: "an init_key other than the encryption_key", found: "the same key")
        try rules.require(
            .keyPackage, keyPackage.extensions.repeatedType == nil, item,
            expected: "each extension type once",
            found: "\(keyPackage.extensions.repeatedType?.description ?? "") twice")
        try keyPackage.extensions.dictionary(of: item)?.checkPlace(.keyPackage, item, profile)
        try rules.require(
            .keyPackage,
            suite.signature.verifyWithLabel(
                publicKey: keyPackage.leafNode.signatureKey, label: "KeyPackageTBS",
                content: keyPackage.toBeSigned, signature: keyPackage.signature),
            item, expected: "a signature by the leaf's key", found: "one that does not verify")
        try checkReuse(keyPackage, item)
        try leafRules.check(
            keyPackage.leafNode, at: 0, from: .add, as: .joiner, now: now, item)
    }

    /// D-26, against the key packages of earlier epochs.
    private func checkReuse(_ keyPackage: KeyPackage, _ item: String) throws(Refusal) {
        guard !keyPackage.isLastResort else { return }
        let reference = keyPackage.reference(group.suite.hash)
        try rules.require(
            .keyPackageReuse, !group.usedKeyPackages.contains(reference), item,
            expected: "a key package that was not used yet", found: hex(reference))
    }

    /// D-28, D-18, D-19
    private func checkUpdate(
        _ leaf: LeafNode, from sender: Sender, isInline: Bool, _ item: String
    ) throws(Refusal) {
        try rules.require(
            .update, !isInline, item, expected: "an Update by reference",
            found: "one by the committer itself")
        guard case .member(let index) = sender, let old = group.tree.leaf(at: index) else { return }
        try leafRules.check(
            leaf, at: index, from: .update, as: .replacement(of: old.credential), now: nil, item)
        try rules.require(
            .freshLeafKey, leaf.encryptionKey != old.encryptionKey, item,
            expected: "a new encryption_key", found: "that of the replaced leaf")
    }

    // MARK: Keys and group

    /// D-30
    private func checkPSK(_ psk: PreSharedKeyID, _ item: String) throws(Refusal) {
        let size = group.suite.hash.size
        try rules.require(
            .preSharedKey, psk.nonce.count == size, item, expected: "a nonce of \(size) bytes",
            found: "\(psk.nonce.count)")
        // Usages reinit and branch belong to the first commit of a new group (RFC 9420 §11.2, §11.3).
        guard case .resumption(let usage, _, _) = psk.key, group.context.epoch > 0 else { return }
        try rules.require(
            .preSharedKey, usage == .application, item, expected: "usage application",
            found: "\(usage)")
    }

    /// D-43: only an external commit may carry one; D-46: its KEM output is one of the suite.
    private func checkExternalInit(
        _ kemOutput: [UInt8], from sender: Sender, _ item: String
    ) throws(Refusal) {
        try rules.require(
            .exclusiveProposals, sender == .newMemberCommit, item,
            expected: "ExternalInit in an external commit only", found: sender.name)
        try rules.require(
            .externalCommitProposals, group.suite.kem.isPublicKey(kemOutput), item,
            expected: "a KEM output of the cipher suite", found: "\(kemOutput.count) bytes")
    }

    /// D-32 as far as the list itself goes, and the credentials of new external senders (D-19).
    private func checkGroupContextExtensions(
        _ list: [Extension], _ item: String
    ) throws(Refusal) {
        let grease = list.first { $0.type.isGREASE }
        try rules.require(
            .groupContextExtensions, grease == nil, item, expected: "no GREASE",
            found: grease?.type.description ?? "")
        let new = try ContextExtensions(list, profile)
        try new.checkDictionaryEdit(from: group.extensions, profile, item)
        let known = Set(group.extensions.externalSenders)
        for sender in new.externalSenders where !known.contains(sender) {
            try leafRules.checkCredential(
                sender.credential, of: sender.signatureKey, as: .externalSender, item)
        }
    }

    // MARK: Components

    /// D-34, against the current data; updates that precede it in a commit may change the answer.
    private func checkAppDataUpdate(
        _ update: AppDataUpdate, _ item: String
    ) throws(Refusal) {
        let component = update.component
        let locations = profile.components.locations(of: component)
        try rules.require(
            .appDataUpdate, locations?.contains(.groupContext) ?? false, item,
            expected: "a component with state in the GroupContext", found: component.description)
    }

    /// D-35; D-36 for a component that does not belong there.
    private func checkAppEphemeral(
        _ ephemeral: AppEphemeral, _ item: String
    ) throws(Refusal) {
        let component = ephemeral.component
        let locations = profile.components.locations(of: component)
        try rules.require(
            .appDataDictionary, locations?.contains(.appEphemeral) ?? true, item,
            expected: "a component that belongs in an AppEphemeral", found: component.description)
        try rules.require(
            .appEphemeral,
            locations != nil
                && profile.components.accepts(ephemeral: ephemeral.data, of: component),
            item, expected: "data that its component accepts", found: component.description)
    }

    /// D-33
    private func checkSelfRemove(
        from sender: Sender, isInline: Bool, _ item: String
    ) throws(Refusal) {
        try rules.require(
            .selfRemove, !isInline, item, expected: "a SelfRemove by reference",
            found: "one in a commit")
        try rules.require(
            .selfRemove, group.tree.membership().allSupport(ProposalType.selfRemove), item,
            expected: "a group that supports self_remove", found: "members that don't")
        let repeated = group.pending.list.contains {
            $0.proposal == .selfRemove && $0.sender == sender
        }
        try rules.require(
            .selfRemove, !repeated, item, expected: "one SelfRemove of a sender in an epoch",
            found: "another by \(sender.name)")
    }
}

extension PublicGroup {
    /// Judges a proposal that is not part of a commit. `now` is in milliseconds since the Unix
    /// epoch; nil leaves out lifetimes.
    package func judge(
        proposal handshake: AuthenticatedHandshake, now: UInt64?, _ profile: GroupProfile
    ) throws(Refusal) -> PendingProposal {
        guard let proposal = handshake.proposal else {
            preconditionFailure("not a proposal")
        }
        try ProposalRules(group: self, profile: profile, now: now.map { $0 / 1000 }).check(
            proposal, from: handshake.sender, isInline: false, "proposal \(proposal.type.name)")
        return PendingProposal(
            reference: handshake.content.proposalReference(suite.hash), sender: handshake.sender,
            proposal: proposal)
    }
}

extension KeyPackage {
    /// Whether it may be used more than once (mls-extensions §6.4).
    var isLastResort: Bool {
        guard let data = extensions.data(of: .appDataDictionary),
            let dictionary = try? AppDataDictionary(parsing: data)
        else { return false }
        return dictionary[.lastResortKeyPackage] == []
    }
}

extension ContextExtensions {
    /// D-32: where AppDataUpdate is required, before or after, nothing else edits the dictionary.
    func checkDictionaryEdit(
        from old: ContextExtensions, _ profile: GroupProfile, _ item: String
    ) throws(Refusal) {
        let required = old.required.proposals + required.proposals
        guard required.contains(.appDataUpdate) else { return }
        let type = ExtensionType.appDataDictionary
        try profile.enforcement.require(
            .groupContextExtensions, list.data(of: type) == old.list.data(of: type), item,
            expected: "an app_data_dictionary that only AppDataUpdate changes",
            found: "another dictionary")
    }
}
