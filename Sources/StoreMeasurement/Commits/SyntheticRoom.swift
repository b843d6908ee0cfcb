import EndpointMessages
import HubStore
import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState
import Scenario

/// A room of any size whose commits cost little to make. Keys, signatures, tree and hashes are real; what
/// only members could tell apart is not: the path secrets, the tags, and what is encrypted with them.
struct SyntheticRoom {
    /// What is in the tree when the room is founded.
    enum Shape: String, CaseIterable {
        /// Every parent has a key, as after a commit of every second member.
        case full
        /// No parent has one, as after the commit that added all.
        case sparse
    }

    static let suite = CipherSuite.x25519Aes128
    let uri: MIMIURI
    let profile: GroupProfile
    let members: [Client]
    let users: [MIMIURI]
    let random: SeededRandom
    /// The group after the latest commit.
    private(set) var group: PublicGroup
    private let founding: GroupInfo
    /// Bytes of the tree that it was founded with, as it is exchanged.
    let treeSize: Int

    /// `members` clients of `users` users, of so many providers; the hub's is one of them.
    init(
        _ number: Int, members count: Int, users userCount: Int, providers: Int = 3, shape: Shape,
        seed: UInt64, hub: ExternalSender
    ) throws {
        precondition(count > 1 && userCount > 1 && userCount <= count)
        let domains = (0..<providers).map { $0 == 0 ? StoreGenerator.domain : "p\($0).example" }
        let uri = try Self.uri("r/\(number)", of: StoreGenerator.domain, .room)
        self.uri = uri
        profile = RoomServices().groupProfile(RoomSettings(room: uri, hub: StoreGenerator.domain))
        let random = SeededRandom(seed: seed, name: "synthetic room \(number)")
        self.random = random
        let users = try (0..<userCount).map {
            try Self.uri("u/\(number)-\($0)", of: domains[$0 % providers], .user)
        }
        self.users = users
        members = try (0..<count).map { try Self.client($0, of: users[$0 % userCount], random) }
        let groupID = Array("synthetic room \(number) of seed \(seed)".utf8)
        let tree = try SyntheticTree(members, groupID: groupID, random).nodes(shape)
        var context = GroupContext(
            version: .mls10, cipherSuite: CipherSuiteID(Self.suite.rawValue), groupID: groupID,
            epoch: 0, treeHash: RatchetTree(nodes: tree, hash: Self.suite.hash).treeHash,
            confirmedTranscriptHash: [], extensions: Self.extensions(uri, users, hub))
        context.epoch = 1
        founding = try Self.groupInfo(
            of: context, tag: random.bytes(32), by: members[0], at: 0, random)
        treeSize = tree.encoded.count
        group = try PublicGroup(
            recorded: context, confirmationTag: founding.confirmationTag, tree: tree,
            groupInfo: GroupInfoParts(founding), profile)
    }

    private static func uri(
        _ path: String, of domain: String, _ kind: MIMIURI.Kind
    ) throws -> MIMIURI {
        guard let uri = MIMIURI(Array("mimi://\(domain)/\(path)".utf8), kind) else {
            preconditionFailure("no URI: \(path)")
        }
        return uri
    }

    /// The provider of a member's user.
    func provider(ofMember index: Int) -> String { users[index % users.count].domain }

    /// What the hub is asked to found the room.
    var creation: RoomCreation {
        RoomCreation(
            room: uri.description, groupInfo: MLSMessage.groupInfo(founding).encoded,
            ratchetTree: group.tree.exchanged.encoded)
    }

    // MARK: Parts

    private static func client(
        _ number: Int, of user: MIMIURI, _ random: SeededRandom
    ) throws -> Client {
        var client = try Client(
            suite, .basic(identity: user.bytes + Array("#\(number)".utf8)), random)
        client.listComponents(ComponentRegistry.allComponents)
        return client
    }

    private static func extensions(
        _ uri: MIMIURI, _ users: [MIMIURI], _ hub: ExternalSender
    ) -> [Extension] {
        // Each of the upper roles has somebody, the lowest of them all others.
        let pairs = users.enumerated().map { place, user in
            UserRolePair(user.bytes, role: place == 0 ? 4 : place == 1 ? 3 : 2)
        }
        let components: [ComponentID: [UInt8]] = [
            .participantList: ParticipantList(pairs).encoded,
            .rolesList: RolesList(RoleSet.administered.roles).encoded,
            .roomMetadata: RoomMetadata(uri: uri.bytes).encoded,
            .preauthList: PreauthList([]).encoded,
        ]
        return .ofRoom(components, senders: [hub])
    }

    private static func groupInfo(
        of context: GroupContext, tag: [UInt8], by client: Client, at leaf: UInt32,
        _ random: SeededRandom
    ) throws -> GroupInfo {
        var info = GroupInfo(
            groupContext: context,
            extensions: [
                Extension(
                    .externalPub, data: ExternalPub(publicKey: try random.bytes(32)).encoded)
            ],
            confirmationTag: tag, signer: leaf, signature: [])
        info.signature = try client.sign("GroupInfoTBS", info.toBeSigned)
        return info
    }
}

// MARK: Commits

extension SyntheticRoom {
    /// An update that holds a commit with a path, and the signatures that it stands on.
    struct MadeCommit {
        let provider: String
        let body: [UInt8]
        let signatures: [SignatureToVerify]
    }

    /// Lets a member commit nothing but a new path; `partial` leaves the GroupContext out of the GroupInfo.
    mutating func commit(by committer: Int, partial: Bool) throws -> MadeCommit {
        let leaf = UInt32(committer)
        let client = members[committer]
        let sender = Sender.member(leaf: leaf)
        let list = CommitProposals(entries: [], committer: sender)
        let path = try path(by: client, at: leaf, group.draft(of: list, profile).tree)
        var content = AuthenticatedContent(
            wireFormat: .publicMessage,
            content: FramedContent(
                groupID: group.context.groupID, epoch: group.context.epoch, sender: sender,
                authenticatedData: [], body: .commit(Commit(proposals: [], path: path))),
            auth: FramedContentAuthData(signature: [], confirmationTag: nil))
        let signed = content.content.toBeSigned(
            wireFormat: .publicMessage, context: group.context.encoded)
        content.auth.signature = try client.sign("FramedContentTBS", signed)
        content.auth.confirmationTag = try random.bytes(Self.suite.hash.size)
        let message = PublicMessage(
            content: content.content, auth: content.auth,
            membershipTag: try random.bytes(Self.suite.hash.size))

        let handshake = try group.authenticate(.publicMessage(message), profile)
        let staged = try group.stage(
            handshake, try group.proposals(of: handshake, now: nil, profile), profile)
        let info = try Self.groupInfo(
            of: staged.context, tag: staged.confirmationTag, by: client, at: leaf, random)
        let option: GroupInfoOption =
            partial
            ? .partial(
                PartialGroupInfo(
                    treePresence: .none, extensions: info.extensions, signature: info.signature))
            : .full(info)
        let signatures = [
            SignatureToVerify(
                client.signatureKey, "FramedContentTBS", signed, content.auth.signature),
            SignatureToVerify(
                client.signatureKey, "LeafNodeTBS",
                path.leafNode.toBeSigned(groupID: group.context.groupID, leafIndex: leaf),
                path.leafNode.signature),
            SignatureToVerify(client.signatureKey, "GroupInfoTBS", info.toBeSigned, info.signature),
        ]
        try group.apply(staged.finish(groupInfo: info), profile)
        let bundle = HandshakeBundle(
            .publicMessage(message), .commit(nil, option, .distributionService))
        return MadeCommit(
            provider: provider(ofMember: committer), body: bundle.encoded, signatures: signatures)
    }

    private func path(
        by client: Client, at leaf: UInt32, _ draft: TreeDraft
    ) throws -> UpdatePath {
        var draft = draft
        let places = draft.filteredDirectPath(of: leaf)
        let nodes = try places.map { place in
            UpdatePathNode(
                encryptionKey: try random.bytes(32),
                encryptedPathSecrets: try draft.resolution(of: place.copath).map { _ in
                    HPKECiphertext(
                        kemOutput: try random.bytes(32), ciphertext: try random.bytes(48))
                })
        }
        let parentHash = draft.setPath(
            nodes.map(\.encryptionKey), on: places, above: leaf, Self.suite.hash)
        return UpdatePath(
            leafNode: try client.syntheticLeaf(
                .commit(parentHash: parentHash), groupID: group.context.groupID, at: leaf, random),
            nodes: nodes)
    }
}

extension Client {
    /// A signed leaf with an encryption key whose private one nobody has.
    func syntheticLeaf(
        _ source: LeafNode.Source, groupID: [UInt8], at index: UInt32, _ random: SeededRandom
    ) throws -> LeafNode {
        var leaf = LeafNode(
            encryptionKey: try random.bytes(32), signatureKey: signatureKey,
            credential: credential, capabilities: capabilities, source: source,
            extensions: extensions, signature: [])
        leaf.signature = try sign(
            "LeafNodeTBS", leaf.toBeSigned(groupID: groupID, leafIndex: index))
        return leaf
    }
}
