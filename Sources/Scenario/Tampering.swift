import EndpointMessages
import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage

/// A handshake with its companions, before it goes out. What a tamper changes is signed anew where the
/// sender could, so that it is the only thing that is wrong.
struct Handshake {
    var message: PublicMessage
    var more: [PublicMessage] = []
    var welcome: Welcome?
    /// Nil of proposals.
    var groupInfo: GroupInfo?
    var isPartial = false
    var tree = RatchetTreeOption.distributionService
    /// `SignWithLabel` of the sender.
    let signature: (_ label: String, _ content: [UInt8]) throws -> [UInt8]
    /// The GroupContext of the sender's epoch, encoded; empty where it is not signed with.
    let context: [UInt8]
    let random: SeededRandom

    /// The message in the frame of a PrivateMessage, which the hub can't open.
    func asPrivate() throws -> HandshakeBundle {
        let content = message.content
        let sealed = PrivateMessage(
            groupID: content.groupID, epoch: content.epoch, contentType: content.body.type,
            authenticatedData: content.authenticatedData,
            encryptedSenderData: try random.bytes(28), ciphertext: try random.bytes(200))
        return HandshakeBundle(.privateMessage(sealed), bundle.rest)
    }

    var bundle: HandshakeBundle {
        guard let groupInfo else {
            return HandshakeBundle(
                .publicMessage(message), .proposals(more.map { .publicMessage($0) }))
        }
        let option: GroupInfoOption =
            isPartial
            ? .partial(
                PartialGroupInfo(
                    treePresence: .none, extensions: groupInfo.extensions,
                    signature: groupInfo.signature))
            : .full(groupInfo)
        return HandshakeBundle(.publicMessage(message), .commit(welcome, option, tree))
    }

    private mutating func sign() throws {
        message.auth.signature = try signature(
            "FramedContentTBS",
            message.content.toBeSigned(wireFormat: .publicMessage, context: context))
    }

    private mutating func editCommit(_ edit: (inout Commit) throws -> Void) throws {
        guard case .commit(var commit) = message.content.body else { return }
        try edit(&commit)
        message.content.body = .commit(commit)
        try sign()
    }

    private mutating func editPath(_ edit: (inout UpdatePath) throws -> Void) throws {
        try editCommit { commit in
            guard var path = commit.path else { return }
            try edit(&path)
            commit.path = path
        }
    }

    private mutating func editGroupInfo(_ edit: (inout GroupInfo) -> Void) throws {
        guard var info = groupInfo else { return }
        edit(&info)
        info.signature = try signature("GroupInfoTBS", info.toBeSigned)
        groupInfo = info
    }

    // MARK: The tampers

    /// Refuses a tamper that there is nothing for.
    mutating func apply(_ tamper: Tamper, leaf: UInt32, _ suite: CipherSuite) throws {
        let before = bundle
        try change(tamper, leaf: leaf, suite)
        let elsewhere: Set<Tamper> = [.truncate, .trailingByte, .privateMessage]
        if case .dropComponent = tamper { return }
        if tamper == .omitGroupInfo, groupInfo != nil { return }
        guard bundle != before || elsewhere.contains(tamper) else {
            throw ScenarioError("there is nothing for this tamper", at: "")
        }
    }

    private mutating func change(
        _ tamper: Tamper, leaf: UInt32, _ suite: CipherSuite
    ) throws {
        switch tamper {
        case .signature: message.auth.signature[0] ^= 1
        case .epochAfter:
            message.content.epoch += 1
            try sign()
        case .epochBefore:
            message.content.epoch &-= 1
            try sign()
        case .groupID:
            message.content.groupID.append(0)
            try sign()
        case .dropPath: try editCommit { $0.path = nil }
        case .pathKey, .pathLength, .ciphertextCount, .leafSignature, .parentHash:
            try apply(toPath: tamper, leaf: leaf, suite)
        case .confirmationTag: message.auth.confirmationTag?[0] ^= 1
        case .groupInfoContext:
            try editGroupInfo { $0.groupContext.treeHash[0] ^= 1 }
        case .groupInfoSigner:
            try editGroupInfo { $0.signer = $0.signer == 0 ? 1 : 0 }
        case .omitWelcome: welcome = nil
        case .extraWelcomeRef: try addWelcomeReference(suite)
        case .treeLeaf: alterTreeLeaf()
        case .unknownRef:
            let reference = try random.bytes(suite.hash.size)
            try editCommit { $0.proposals.append(.reference(reference)) }
        case .omitGroupInfo, .truncate, .trailingByte, .privateMessage, .dropComponent:
            break
        }
    }

    private mutating func apply(
        toPath tamper: Tamper, leaf: UInt32, _ suite: CipherSuite
    ) throws {
        let fresh = try suite.kem.deriveKeyPair(ikm: random.bytes(suite.kem.privateKeySize))
        let signature = signature
        let groupID = message.content.groupID
        switch tamper {
        case .pathKey:
            try editPath { path in
                if !path.nodes.isEmpty { path.nodes[0].encryptionKey = fresh.publicKey }
            }
        case .pathLength:
            try editPath { path in
                path.nodes.append(
                    UpdatePathNode(encryptionKey: fresh.publicKey, encryptedPathSecrets: []))
            }
        case .ciphertextCount:
            try editPath { path in
                guard let last = path.nodes.first?.encryptedPathSecrets.last else { return }
                path.nodes[0].encryptedPathSecrets.append(last)
            }
        case .leafSignature:
            if try spoilLeaf() { return }
            try editPath { $0.leafNode.signature[0] ^= 1 }
        default:
            try editPath { path in
                guard case .commit(var hash) = path.leafNode.source else { return }
                if hash.isEmpty { hash = [UInt8](repeating: 0, count: suite.hash.size) }
                hash[0] ^= 1
                path.leafNode.source = .commit(parentHash: hash)
                path.leafNode.signature = try signature(
                    "LeafNodeTBS", path.leafNode.toBeSigned(groupID: groupID, leafIndex: leaf))
            }
        }
    }

    /// Of a proposal: the signature of the leaf that it brings. Returns whether it is one.
    private mutating func spoilLeaf() throws -> Bool {
        guard case .proposal(let proposal) = message.content.body else { return false }
        switch proposal {
        case .add(var keyPackage):
            keyPackage.leafNode.signature[0] ^= 1
            message.content.body = .proposal(.add(keyPackage))
        case .update(var leaf):
            leaf.signature[0] ^= 1
            message.content.body = .proposal(.update(leaf))
        default:
            return true
        }
        try sign()
        return true
    }

    private mutating func addWelcomeReference(_ suite: CipherSuite) throws {
        let reference = try random.bytes(suite.hash.size)
        var welcome =
            self.welcome
            ?? Welcome(
                cipherSuite: CipherSuiteID(suite.rawValue), secrets: [], encryptedGroupInfo: [0])
        let secret = welcome.secrets.first?.encryptedGroupSecrets
        welcome.secrets.append(
            EncryptedGroupSecrets(
                newMember: reference,
                encryptedGroupSecrets: secret ?? HPKECiphertext(kemOutput: [0], ciphertext: [0])))
        self.welcome = welcome
    }

    private mutating func alterTreeLeaf() {
        guard case .full(let tree) = tree else { return }
        var nodes = tree.nodes
        for place in nodes.indices {
            guard case .leaf(var leaf)? = nodes[place] else { continue }
            leaf.signature[0] ^= 1
            nodes[place] = .leaf(leaf)
            break
        }
        self.tree = .full(RatchetTreeNodes(nodes))
    }
}
