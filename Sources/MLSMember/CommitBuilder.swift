import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage

/// Makes a commit, of a member or of a client that joins by it (RFC 9420 §12.4.1, §12.4.3.2).
struct CommitBuilder {
    let group: PublicGroup
    /// Who signs the message; the path's leaf is that of the options' identity, if they name one.
    let signer: Client
    /// The keys of a member; nil for a joiner.
    let keys: PrivateTree?
    let psks: PreSharedKeys
    let options: CommitOptions
    let profile: GroupProfile
    let random: any RandomSource

    private var suite: CipherSuite { group.suite }
    private var identity: Client { options.identity ?? signer }
    private var sender: Sender { keys.map { .member(leaf: $0.leaf) } ?? .newMemberCommit }

    /// A commit that is signed and has its tag, and what becomes of the group by it.
    struct Built {
        let content: AuthenticatedContent
        fileprivate let list: CommitProposals
        fileprivate let context: GroupContext
        fileprivate let transition: EpochTransition
        fileprivate let secrets: EpochSecrets
        fileprivate let path: OwnPath?
        fileprivate let addedLeaves: [UInt32]
    }

    /// `external` is the ExternalInit of a joiner.
    func build(initSecret: [UInt8], external: Proposal? = nil) throws -> Built {
        let named = (options.references ?? allReferences).map { ProposalOrRef.reference($0) }
        let carried = ([external].compactMap { $0 } + options.proposals).map {
            ProposalOrRef.proposal($0)
        }
        let list = try group.resolve(named + carried, of: sender, profile)
        // Before a path is made: a list that takes out its committer leaves no place for one.
        try group.judge(list: list, profile)
        var draft = try group.draft(of: list, profile)
        var context = group.context
        guard context.epoch < .max else { throw MemberError.unexpected("the last epoch") }
        context.epoch += 1
        context.extensions = draft.extensions.list

        var path: OwnPath?
        if options.identity != nil || options.path ?? list.demandsPath {
            path = try OwnPath(
                by: identity, at: keys?.leaf ?? draft.tree.makeRoom(), over: &draft.tree,
                groupID: context.groupID, random)
        }
        context.treeHash = draft.tree.treeHash()
        let updatePath = try path?.encrypted(
            in: draft.tree, but: Set(draft.addedLeaves), context, random)
        var content = try sign(Commit(proposals: named + carried, path: updatePath))
        context.confirmedTranscriptHash = TranscriptHash.confirmed(
            interim: group.interimTranscriptHash, commit: content, suite.hash)
        let transition = try EpochTransition(
            suite, initSecret: initSecret, commitSecret: path?.commitSecret ?? suite.zeroSecret,
            pskSecret: psks.pskSecret(of: list.psks, suite), context: context)
        let secrets = try transition.secrets(context)
        content.auth.confirmationTag = try secrets.confirmationTag(
            suite, of: context.confirmedTranscriptHash)
        return Built(
            content: content, list: list, context: context, transition: transition,
            secrets: secrets, path: path, addedLeaves: draft.addedLeaves)
    }

    /// Judges the commit as every receiver will, and goes to its epoch.
    func finish(_ built: Built, as message: MLSMessage) throws -> MadeCommit {
        let handshake = try group.authenticate(unprotected: built.content, profile)
        let list = try group.proposals(of: handshake, now: options.now, profile)
        let staged = try group.stage(handshake, list, profile)
        precondition(staged.context == built.context, "a commit that means something else")
        let index = staged.committer
        let newKeys = built.path?.keys ?? keys?.kept(only: staged.draft)
        guard let newKeys else { throw MemberError.unexpected("a joiner without a path") }
        let groupInfo = try identity.groupInfo(
            of: staged.context, tag: staged.confirmationTag, built.secrets, signer: index)
        let welcome = try welcome(built, staged)
        var next = group
        try next.apply(staged.finish(groupInfo: groupInfo), profile)
        return MadeCommit(
            message: message, welcome: welcome, groupInfo: groupInfo,
            next: Member(
                identity, of: next, built.secrets, newKeys, psks: psks, profile, random))
    }

    /// What a member names if it is not told otherwise; a joiner only SelfRemoves.
    private var allReferences: [[UInt8]] {
        group.pending.list.filter {
            keys == nil
                ? $0.proposal.type == .selfRemove
                : $0.sender != sender || $0.proposal.type != .update
        }.map(\.reference)
    }

    private func sign(_ commit: Commit) throws -> AuthenticatedContent {
        let content = FramedContent(
            groupID: group.context.groupID, epoch: group.context.epoch, sender: sender,
            authenticatedData: options.framing.authenticatedData, body: .commit(commit))
        return try (keys == nil ? identity : signer).signed(
            content, as: options.framing.wireFormat, context: group.context.encoded)
    }

    /// RFC 9420 §12.4.3.1
    private func welcome(_ built: Built, _ staged: StagedCommit) throws -> Welcome? {
        let added = built.list.added
        guard !added.isEmpty else { return nil }
        let groupInfo = try identity.groupInfo(
            of: staged.context, tag: staged.confirmationTag, built.secrets,
            signer: staged.committer,
            tree: options.treeInWelcome ? staged.draft.exchanged : nil)
        let key = try built.transition.welcomeKey()
        let encrypted = try suite.aead.seal(
            groupInfo.encoded, key: key.key, nonce: key.nonce, aad: [])
        var secrets: [EncryptedGroupSecrets] = []
        for (keyPackage, leaf) in zip(added, built.addedLeaves) {
            let plaintext = GroupSecrets(
                joinerSecret: built.transition.joinerSecret,
                pathSecret: built.path?.secret(for: leaf)?.bytes, psks: built.list.psks)
            let sealed = try suite.encryptWithLabel(
                publicKey: keyPackage.initKey, label: "Welcome", context: encrypted,
                plaintext: plaintext.encoded, ephemeral: random.keyPair(suite.kem))
            secrets.append(
                EncryptedGroupSecrets(
                    newMember: keyPackage.reference(suite.hash),
                    encryptedGroupSecrets: HPKECiphertext(sealed)))
        }
        return Welcome(
            cipherSuite: CipherSuiteID(suite.rawValue), secrets: secrets,
            encryptedGroupInfo: encrypted)
    }
}

extension CommitProposals {
    /// The pre-shared keys of the list, in its order.
    var psks: [PreSharedKeyID] {
        entries.compactMap { if case .psk(let id) = $0.proposal { id } else { nil } }
    }
}
