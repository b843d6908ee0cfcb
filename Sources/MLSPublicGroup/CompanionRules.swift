import MLSCrypto
import MLSMessages
import PresentationLanguage
import RuleBook

/// What comes with a commit says the same as what the hub computed: D-60 to D-64.
struct CompanionRules {
    let suite: CipherSuite
    let staged: StagedCommit
    let profile: GroupProfile
    private var rules: Enforcement { profile.enforcement }

    /// Returns the GroupInfo of the new epoch, where there is one.
    func check(_ companions: CommitCompanions) throws(Refusal) -> GroupInfo? {
        try checkWelcome(companions.welcome)
        let groupInfo = try groupInfo(companions.groupInfo)
        if let groupInfo {
            try GroupInfoRules(suite: suite, profile: profile).check(
                groupInfo, signedBy: staged.draft.leaf(at: groupInfo.signer)?.signatureKey)
        }
        try checkTree(companions.tree)
        return groupInfo
    }

    // MARK: D-60

    private func groupInfo(_ option: GroupInfoOption?) throws(Refusal) -> GroupInfo? {
        switch option {
        case nil:
            try rules.require(
                .groupInfo, !profile.requiresCompanions, "commit", expected: "a GroupInfo",
                found: "none")
            return nil
        case .full(let groupInfo):
            try checkContents(of: groupInfo)
            return groupInfo
        case .partial(let partial):
            let presence = partial.treePresence
            try rules.require(
                .groupInfoTree, presence == .none || presence == .removed, "PartialGroupInfo",
                expected: "ratchet_tree_presence 0 or 2", found: "\(presence.rawValue)")
            try rules.require(
                .groupInfoTree, partial.extensions.data(of: .ratchetTree) == nil,
                "PartialGroupInfo", expected: "no ratchet_tree extension", found: "one")
            return GroupInfo(
                groupContext: staged.context, extensions: partial.extensions,
                confirmationTag: staged.confirmationTag, signer: staged.committer,
                signature: partial.signature)
        }
    }

    private func checkContents(of groupInfo: GroupInfo) throws(Refusal) {
        try rules.require(
            .groupInfo, groupInfo.groupContext == staged.context, "GroupInfo",
            expected: "GroupContext \(hex(staged.context.encoded))",
            found: hex(groupInfo.groupContext.encoded))
        try rules.require(
            .groupInfo, groupInfo.confirmationTag == staged.confirmationTag, "GroupInfo",
            expected: "the commit's confirmation_tag", found: hex(groupInfo.confirmationTag))
        try rules.require(
            .groupInfo, groupInfo.signer == staged.committer, "GroupInfo",
            expected: "signer \(staged.committer)", found: "\(groupInfo.signer)")
        guard let data = groupInfo.extensions.data(of: .ratchetTree) else { return }
        do {
            try checkSupplied(RatchetTreeNodes(parsing: data))
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(
                .suppliedTree, "ratchet_tree extension", expected: "a ratchet tree",
                found: "\(error)")
        }
    }

    // MARK: D-63

    private func checkWelcome(_ welcome: Welcome?) throws(Refusal) {
        guard let welcome else {
            return try rules.require(
                .welcome, staged.added.isEmpty || !profile.requiresCompanions, "commit",
                expected: "a Welcome for \(staged.added.count) new clients", found: "none")
        }
        try rules.require(
            .welcome, welcome.cipherSuite.rawValue == suite.rawValue, "Welcome",
            expected: "cipher suite \(suite.rawValue)", found: "\(welcome.cipherSuite.rawValue)")
        let given = welcome.secrets.map(\.newMember)
        try rules.require(
            .welcome, given.count == staged.added.count && Set(given) == Set(staged.added),
            "Welcome", expected: "secrets for exactly the \(staged.added.count) new clients",
            found: given.map(hex).joined(separator: " "))
        try rules.require(
            .welcome, !given.isEmpty, "Welcome", expected: "only with new clients",
            found: "no new client")
    }

    // MARK: D-64

    private func checkTree(_ option: RatchetTreeOption?) throws(Refusal) {
        switch option {
        case .full(let nodes):
            try checkSupplied(nodes)
        case .httpsURI(let url, _):
            guard let type = profile.treeSourceDomains,
                let data = staged.context.extensions.data(of: type)
            else { return }
            let host = HTTPSHost(of: url)
            let domains = (try? DomainList(parsing: data))?.domains ?? []
            try rules.require(
                .suppliedTree, host.map { domains.contains($0.bytes) } ?? false, "tree URL",
                expected: "a host of the group's list", found: String(decoding: url, as: UTF8.self))
        case .outOfBand, .distributionService, nil:
            break
        }
    }

    private func checkSupplied(_ supplied: RatchetTreeNodes) throws(Refusal) {
        let draft = staged.draft
        let size = 2 * draft.width - 1
        let differs =
            supplied.nodes.count > size
            ? size
            : (0..<size).first {
                ($0 < supplied.nodes.count ? supplied.nodes[$0] : nil)
                    != draft.node(at: NodeIndex($0))
            }
        try rules.require(
            .suppliedTree, differs == nil && supplied.nodes.last ?? nil != nil, "supplied tree",
            expected: "the tree that the commit produces",
            found: differs.map { "another \(NodeIndex($0))" } ?? "blanks at its end")
    }
}
