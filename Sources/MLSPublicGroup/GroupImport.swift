import MLSCrypto
import MLSMessages
import PresentationLanguage
import RuleBook

/// Importing a group at some epoch (RFC 9420 §12.4.3.1, §12.4.3.3): D-60, D-62, D-65, D-66 and the
/// rules of every leaf.
extension PublicGroup {
    /// `nodes` may be absent if the GroupInfo carries the tree itself.
    package init(
        importing groupInfo: GroupInfo, tree nodes: RatchetTreeNodes?, _ profile: GroupProfile
    ) throws(Refusal) {
        let rules = profile.enforcement
        try rules.require(
            .groupAndEpoch, groupInfo.groupContext.version == .mls10, "GroupContext",
            expected: "version mls10", found: groupInfo.groupContext.version.description)
        let nodes = try Self.tree(nodes, in: groupInfo)
        // First what costs least: a GroupInfo that nobody signed is not worth hashing a tree for.
        let signer = nodes.leaf(at: groupInfo.signer)
        let suite = try Self.suite(of: groupInfo.groupContext)
        try GroupInfoRules(suite: suite, profile: profile).check(
            groupInfo, signedBy: signer?.signatureKey)
        try rules.require(
            .senderAndTags, groupInfo.confirmationTag.count == suite.hash.size,
            "confirmation_tag", expected: "\(suite.hash.size) bytes",
            found: "\(groupInfo.confirmationTag.count)")
        try self.init(
            recorded: groupInfo.groupContext, confirmationTag: groupInfo.confirmationTag,
            tree: nodes, groupInfo: GroupInfoParts(groupInfo), profile)

        try TreeImportRules(tree, rules).check()
        try checkLeaves(profile)
    }

    /// A group that was imported before, from its record: what was validated then is not again,
    /// but the tree must be the one of the GroupContext (D-65).
    package init(
        recorded context: GroupContext, confirmationTag: [UInt8], tree nodes: RatchetTreeNodes,
        groupInfo: GroupInfoParts, _ profile: GroupProfile
    ) throws(Refusal) {
        let suite = try Self.suite(of: context)
        try TreeImportRules.checkNodes(nodes, profile)
        let extensions = try ContextExtensions(context.extensions, profile)
        let credentials = profile.credentials
        let tree = RatchetTree(
            nodes: nodes, hash: suite.hash, clientName: { credentials.clientName(of: $0) })
        try profile.enforcement.require(
            .importedTree, tree.treeHash == context.treeHash, "ratchet tree",
            expected: "tree_hash \(hex(context.treeHash))", found: hex(tree.treeHash))
        self.init(
            suite: suite, context: context, extensions: extensions,
            confirmationTag: confirmationTag, tree: tree, groupInfo: groupInfo)
    }

    static func suite(of context: GroupContext) throws(Refusal) -> CipherSuite {
        guard let suite = CipherSuite(rawValue: context.cipherSuite.rawValue) else {
            throw Refusal(
                .groupAndEpoch, "GroupContext", expected: "a known cipher suite",
                found: context.cipherSuite.description)
        }
        return suite
    }

    /// The tree given beside the GroupInfo or inside it; both, if they are the same.
    private static func tree(
        _ nodes: RatchetTreeNodes?, in groupInfo: GroupInfo
    ) throws(Refusal) -> RatchetTreeNodes {
        var inside: RatchetTreeNodes?
        if let data = groupInfo.extensions.data(of: .ratchetTree) {
            do {
                inside = try RatchetTreeNodes(parsing: data)
            } catch {
                throw Refusal(
                    .canonicalEncoding, "ratchet_tree extension", expected: "a ratchet tree",
                    found: error.description)
            }
        }
        guard let tree = nodes ?? inside, inside == nil || inside == tree else {
            throw Refusal(
                .importedTree, "ratchet tree", expected: "one tree",
                found: inside == nil ? "none" : "another inside the GroupInfo")
        }
        return tree
    }

    private func checkLeaves(_ profile: GroupProfile) throws(Refusal) {
        let own = LeafRules(suite: suite, groupID: context.groupID, profile: profile)
        let shared = LeafContextRules(extensions, profile)
        let membership = tree.membership()
        for (index, leaf) in tree.members {
            try own.check(
                leaf, at: index, from: .imported, as: .member, now: nil, "leaf \(index)")
        }
        for (index, leaf) in tree.members {
            try shared.check(leaf, in: membership, "leaf \(index)")
        }
        for sender in extensions.externalSenders {
            try own.checkCredential(
                sender.credential, of: sender.signatureKey, as: .externalSender,
                "external sender")
        }
    }
}

extension RatchetTreeNodes {
    /// The leaf of an index, where there is one.
    fileprivate func leaf(at index: UInt32) -> LeafNode? {
        let place = NodeIndex(leaf: index).value
        return place < nodes.count ? nodes[place]?.leaf : nil
    }
}
