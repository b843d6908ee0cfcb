import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook

/// A group whose messages are valid for everyone outside it, and can be made invalid in one point.
///
/// It holds no secrets: ciphertexts, confirmation tags and membership tags are made up, which no
/// hub can see (RFC 9420 §16.12). All that a hub can see is real.
package struct ForgedGroup {
    package let suite: CipherSuite
    package var profile: GroupProfile
    /// The hub's view of the group.
    package var state: RoomState
    package var clients: [UInt32: ForgedClient]
    package var authenticatedData: [UInt8] = []
    private var counter = 0

    /// The time of all steps, in milliseconds since the Unix epoch.
    package static let now = Fixtures.now

    package var group: PublicGroup { state.group }

    /// A group of `size` members with all leaves from commits of their own, as `extensions` says.
    package init(
        _ suite: CipherSuite = .x25519Aes128, size: Int, extensions: [Extension] = [],
        profile: GroupProfile = .plain, authenticatedData: [UInt8] = [],
        edit: (inout ForgedClient) -> Void = { _ in }
    ) {
        self.suite = suite
        self.profile = profile
        self.authenticatedData = authenticatedData
        var creator = ForgedClient("client 0", suite)
        edit(&creator)
        clients = [0: creator]
        let genesis = Self.genesis(of: creator, extensions)
        state = try! RoomState(
            startingWith: RoomState.decide(genesis, profile).events()[0], profile)
        guard size > 1 else { return }
        let joiners = (1..<size).map {
            var client = ForgedClient("client \($0)", suite)
            edit(&client)
            return client
        }
        accept(commit(by: 0, joiners.map { .proposal(.add($0.keyPackage())) }, joining: joiners))
        for index in 1..<UInt32(size) { accept(commit(by: index)) }
    }

    /// The GroupInfo and tree of a group of one.
    package static func genesis(
        of creator: ForgedClient, _ extensions: [Extension] = [],
        edit: (inout LeafNode) -> Void = { _ in }, editInfo: (inout GroupInfo) -> Void = { _ in }
    ) -> GroupGenesis {
        var leaf = creator.leaf(
            .keyPackage(Lifetime(notBefore: 0, notAfter: .max)), key: "genesis")
        edit(&leaf)
        if leaf.signature.isEmpty {
            leaf.signature = creator.sign("LeafNodeTBS", leaf.toBeSigned(groupID: [], leafIndex: 0))
        }
        let nodes = RatchetTreeNodes([.leaf(leaf)])
        let tree = RatchetTree(nodes: nodes, hash: creator.suite.hash)
        return genesis(tree, of: creator, extensions, editInfo: editInfo)
    }

    /// The GroupInfo of any tree, signed by the member at leaf 0, and the tree.
    package static func genesis(
        _ tree: RatchetTree, of creator: ForgedClient, _ extensions: [Extension] = [],
        nodes: RatchetTreeNodes? = nil, editInfo: (inout GroupInfo) -> Void = { _ in }
    ) -> GroupGenesis {
        let suite = creator.suite
        let context = GroupContext(
            version: .mls10, cipherSuite: CipherSuiteID(suite.rawValue),
            groupID: Array("group".utf8), epoch: 0, treeHash: tree.treeHash,
            confirmedTranscriptHash: [], extensions: extensions)
        var info = GroupInfo(
            groupContext: context,
            extensions: [
                Extension(
                    .externalPub, data: ExternalPub(publicKey: creator.hpkeKey("pub")).encoded)
            ],
            confirmationTag: suite.hash.hash([1]), signer: 0, signature: [])
        editInfo(&info)
        if info.signature.isEmpty {
            info.signature = creator.sign("GroupInfoTBS", info.toBeSigned)
        }
        return GroupGenesis(
            groupInfo: MLSMessage.groupInfo(info).encoded, tree: (nodes ?? tree.exchanged).encoded)
    }

    // MARK: Judging

    /// What the hub says to an input.
    package func decide(_ input: GroupHandshake, now: UInt64 = now) -> Decision {
        state.decide(input, now: now, profile)
    }

    /// Applies an input that the hub must accept.
    package mutating func accept(_ forged: ForgedHandshake) {
        let events = decide(forged.input).events()
        for event in events { try! state.apply(event, profile) }
        for (index, client) in forged.joined { clients[index] = client }
        clients = clients.filter { group.tree.leaf(at: $0.key) != nil }
    }

    /// A name that was not used before.
    package mutating func fresh(_ use: String) -> String {
        counter += 1
        return "\(use) \(group.context.epoch).\(counter)"
    }
}

extension Decision {
    /// The events of an input that must be accepted.
    package func events(
        _ file: StaticString = #file, _ line: UInt = #line
    ) -> [RoomEvent] {
        switch self {
        case .accepted(let events): return events
        case .rejected(let refusal):
            fatalError("refused a valid input: \(refusal)", file: file, line: line)
        }
    }

    /// The rule of a refusal.
    package var refusedRule: Rule? {
        if case .rejected(let refusal) = self { refusal.rule } else { nil }
    }
}

/// A message with its companions, and who joins by it.
package struct ForgedHandshake {
    package var input: GroupHandshake
    package var joined: [(UInt32, ForgedClient)] = []
    /// For proposals: the reference that a commit names them by.
    package var reference: [UInt8] = []

    package init(
        input: GroupHandshake, joined: [(UInt32, ForgedClient)] = [], reference: [UInt8] = []
    ) {
        self.input = input
        self.joined = joined
        self.reference = reference
    }
}
