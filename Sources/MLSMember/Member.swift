import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage

/// A member of an MLS group at an epoch (RFC 9420): the group as everyone outside sees it, and the
/// secrets that only its members have.
///
/// What a hub can check a member checks through ``PublicGroup``, and refuses with the same rule; on
/// top comes what only a member can (``MemberError``). It is a value: a call that throws leaves it
/// as it was, and what a commit makes of it is the commit's ``MadeCommit/next``.
package struct Member: Sendable {
    /// What it is strict about; a member that is to err on purpose gets another.
    package var profile: GroupProfile
    let random: any RandomSource
    /// Who this member is in the current epoch.
    package private(set) var client: Client
    package private(set) var group: PublicGroup
    package private(set) var secrets: EpochSecrets
    package private(set) var keys: PrivateTree
    package var psks: PreSharedKeys
    private(set) var protection: MessageProtection
    /// The Updates of this epoch that it proposed and that were accepted.
    private(set) var ownUpdates: [[UInt8]: OwnUpdate] = [:]

    /// A member of a validated group.
    package init(
        _ client: Client, of group: PublicGroup, _ secrets: EpochSecrets, _ keys: PrivateTree,
        psks: PreSharedKeys, _ profile: GroupProfile, _ random: any RandomSource
    ) {
        self.client = client
        self.group = group
        self.secrets = secrets
        self.keys = keys
        self.psks = psks
        self.profile = profile
        self.random = random
        self.psks.keep(secrets, of: group.context)
        protection = MessageProtection(group.suite, secrets, width: group.tree.width)
    }

    package var suite: CipherSuite { group.suite }
    package var leafIndex: UInt32 { keys.leaf }
    package var epoch: UInt64 { group.context.epoch }

    /// `epoch_authenticator` (RFC 9420 §8.7)
    package var epochAuthenticator: [UInt8] { secrets.epochAuthenticator }

    /// `MLS-Exporter` (RFC 9420 §8.5); `length` in bytes.
    package func export(
        label: String, context: [UInt8], length: Int
    ) throws(CryptoError) -> [UInt8] {
        try secrets.export(suite, label: label, context: context, length: length)
    }

    /// The group's GroupInfo for an external commit, signed by this member.
    package func groupInfo(withTree: Bool = false) throws -> GroupInfo {
        try client.groupInfo(
            of: group.context, tag: group.confirmationTag, secrets, signer: leafIndex,
            tree: withTree ? group.tree.exchanged : nil)
    }

    // MARK: Changes of an epoch

    /// Adds an accepted proposal to those that wait; `update` are the keys of an Update of its own.
    mutating func queue(_ proposal: PendingProposal, _ update: OwnUpdate?) {
        group.apply(proposal)
        if let update { ownUpdates[proposal.reference] = update }
    }

    /// Signs content, and wraps it as the format asks.
    mutating func protect(
        _ content: AuthenticatedContent, padding: Int = 0
    ) throws -> MLSMessage {
        guard content.wireFormat == .privateMessage else {
            return .publicMessage(
                try protection.publicMessage(content, context: group.context.encoded))
        }
        return .privateMessage(
            try protection.privateMessage(content, padding: padding, random))
    }

    /// Takes out the content of a PrivateMessage.
    mutating func open(_ message: PrivateMessage) throws -> AuthenticatedContent {
        let tree = group.tree
        return try protection.open(message) { tree.leaf(at: $0) != nil }
    }
}

/// The keys of an Update that this member proposed.
struct OwnUpdate: Sendable {
    let client: Client
    let leafKey: KEM.KeyPair
}

extension Member {
    /// Starts a group of one (RFC 9420 §11).
    package static func create(
        groupID: [UInt8], by client: Client, extensions: [Extension] = [],
        psks: PreSharedKeys = PreSharedKeys(), lifetime: Lifetime = .unlimited,
        _ profile: GroupProfile, _ random: any RandomSource
    ) throws -> Member {
        let suite = client.suite
        let leafKey = try random.keyPair(suite.kem)
        let leaf = try client.leaf(.keyPackage(lifetime), key: leafKey.publicKey)
        let nodes = RatchetTreeNodes([.leaf(leaf)])
        let context = GroupContext(
            version: .mls10, cipherSuite: CipherSuiteID(suite.rawValue), groupID: groupID,
            epoch: 0, treeHash: RatchetTree(nodes: nodes, hash: suite.hash).treeHash,
            confirmedTranscriptHash: [], extensions: extensions)
        let secrets = try EpochSecrets(suite, epochSecret: random.bytes(suite.hash.size))
        let groupInfo = try client.groupInfo(
            of: context, tag: secrets.confirmationTag(suite, of: []), secrets, signer: 0)
        return Member(
            client, of: try PublicGroup(importing: groupInfo, tree: nodes, profile), secrets,
            PrivateTree(suite, leaf: 0, key: leafKey), psks: psks, profile, random)
    }
}

extension Lifetime {
    /// From the beginning to the end of time.
    package static let unlimited = Lifetime(notBefore: 0, notAfter: .max)
}

extension Client {
    /// A signed GroupInfo with its `external_pub` (RFC 9420 §12.4.3).
    func groupInfo(
        of context: GroupContext, tag: [UInt8], _ secrets: EpochSecrets, signer: UInt32,
        tree: RatchetTreeNodes? = nil
    ) throws -> GroupInfo {
        let external = try secrets.externalKeyPair(suite).publicKey
        var extensions = [
            Extension(.externalPub, data: ExternalPub(publicKey: external).encoded)
        ]
        if let tree { extensions.append(Extension(.ratchetTree, data: tree.encoded)) }
        var info = GroupInfo(
            groupContext: context, extensions: extensions, confirmationTag: tag, signer: signer,
            signature: [])
        info.signature = try sign("GroupInfoTBS", info.toBeSigned)
        return info
    }

    /// Signs content as a sender of the group (RFC 9420 §6.1).
    func signed(
        _ content: FramedContent, as wireFormat: WireFormat, context: [UInt8]
    ) throws(CryptoError) -> AuthenticatedContent {
        let signature = try sign(
            "FramedContentTBS", content.toBeSigned(wireFormat: wireFormat, context: context))
        return AuthenticatedContent(
            wireFormat: wireFormat, content: content,
            auth: FramedContentAuthData(signature: signature))
    }
}
