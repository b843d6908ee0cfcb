import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RuleBook
import TestSupport
import Testing

/// `treekem.json` and `welcome.json`: what of a path and of a Welcome only a member can see.
@Suite(.enabled(if: SharedInputs.vectors.exist, "\(SharedInputs.vectors.reason)"))
struct TreeKEMTests {
    private struct Vector: Decodable {
        struct Leaf: Decodable {
            struct Secret: Decodable {
                let node: Int
                let pathSecret: HexBytes
            }
            let index: UInt32
            let encryptionPriv, signaturePriv: HexBytes
            let pathSecrets: [Secret]
        }
        struct Path: Decodable {
            let sender: UInt32
            let updatePath, treeHashAfter, commitSecret: HexBytes
            let pathSecrets: [HexBytes?]
        }
        let cipherSuite: UInt16
        let groupId, ratchetTree, confirmedTranscriptHash: HexBytes
        let epoch: UInt64
        let leavesPrivate: [Leaf]
        let updatePaths: [Path]
    }

    /// A vector's tree with the private keys of its members.
    private struct Group {
        let suite: CipherSuite
        let tree: RatchetTree
        let members: [PrivateTree]
        private let context: GroupContext

        init(_ vector: Vector) throws {
            let suite = try #require(CipherSuite(rawValue: vector.cipherSuite))
            self.suite = suite
            tree = RatchetTree(
                nodes: try RatchetTreeNodes(parsing: vector.ratchetTree.bytes), hash: suite.hash)
            context = GroupContext(
                version: .mls10, cipherSuite: CipherSuiteID(vector.cipherSuite),
                groupID: vector.groupId.bytes, epoch: vector.epoch, treeHash: [],
                confirmedTranscriptHash: vector.confirmedTranscriptHash.bytes, extensions: [])
            let tree = tree
            members = try vector.leavesPrivate.map { leaf in
                var parents: [NodeIndex: KEM.KeyPair] = [:]
                for given in leaf.pathSecrets {
                    let node = NodeIndex(given.node)
                    let key = try PathSecret(given.pathSecret.bytes).keyPair(suite)
                    #expect(key.publicKey == tree.node(at: node)?.encryptionKey)
                    parents[node] = key
                }
                return PrivateTree(
                    suite, leaf: leaf.index,
                    key: try suite.kem.keyPair(of: leaf.encryptionPriv.bytes), parents: parents)
            }
        }

        func context(_ treeHash: [UInt8]) -> GroupContext {
            var context = context
            context.treeHash = treeHash
            return context
        }

        /// Lays a path over the tree by the rules that a hub checks, too.
        func lay(_ path: UpdatePath, of sender: UInt32) throws -> TreeDraft {
            // The leaves of suite 7 don't list their own suite.
            var profile = GroupProfile.plain
            profile.enforcement = .without(.versionAndSuite)
            var draft = TreeDraft(tree)
            try PathRules(suite: suite, groupID: context.groupID, profile).apply(
                path, to: &draft, at: sender, added: [],
                as: .replacement(of: tree.leaf(at: sender)!.credential))
            return draft
        }

        /// What a member makes of a path: its own secret and the commit secret.
        func receive(
            _ path: UpdatePath, of sender: UInt32, by member: PrivateTree, in draft: TreeDraft,
            _ treeHash: [UInt8]
        ) throws -> (secret: [UInt8], commitSecret: [UInt8]) {
            var keys = member.kept(only: draft)
            let (secret, node) = try keys.decrypt(
                path, of: sender, in: draft, but: [], context(treeHash))
            return (secret.bytes, try keys.take(secret, from: node, of: sender, in: draft))
        }
    }

    private let vectors: [Vector]

    init() throws {
        vectors = try SharedInputs.vectors.load("treekem")
        #expect(Set(vectors.map(\.cipherSuite)).count == 7)
    }

    @Test("treekem.json: paths received")
    func received() throws {
        for vector in vectors {
            let group = try Group(vector)
            for given in vector.updatePaths {
                let path = try UpdatePath(parsing: given.updatePath.bytes)
                var draft = try group.lay(path, of: given.sender)
                #expect(draft.treeHash() == given.treeHashAfter.bytes)
                for member in group.members where member.leaf != given.sender {
                    let (secret, commitSecret) = try group.receive(
                        path, of: given.sender, by: member, in: draft, given.treeHashAfter.bytes)
                    #expect(secret == given.pathSecrets[Int(member.leaf)]?.bytes)
                    #expect(commitSecret == given.commitSecret.bytes)
                }
            }
        }
    }

    @Test("treekem.json: paths made anew")
    func made() throws {
        for vector in vectors {
            let group = try Group(vector)
            for leaf in vector.leavesPrivate {
                let old = try #require(group.tree.leaf(at: leaf.index))
                var client = try Client(
                    group.suite, old.credential, signaturePrivateKey: leaf.signaturePriv.bytes)
                client.capabilities = old.capabilities
                var draft = TreeDraft(group.tree)
                let own = try OwnPath(
                    by: client, at: leaf.index, over: &draft, groupID: vector.groupId.bytes,
                    SystemRandom())
                let hash = draft.treeHash()
                let path = try own.encrypted(
                    in: draft, but: [], group.context(hash), SystemRandom())
                var laid = try group.lay(path, of: leaf.index)
                #expect(laid.treeHash() == hash)
                for member in group.members where member.leaf != leaf.index {
                    let (secret, commitSecret) = try group.receive(
                        path, of: leaf.index, by: member, in: laid, hash)
                    #expect(secret == own.secret(for: member.leaf)?.bytes)
                    #expect(commitSecret == own.commitSecret)
                }
            }
        }
    }

    private struct WelcomeVector: Decodable {
        let cipherSuite: UInt16
        let initPriv, keyPackage, signerPub, welcome: HexBytes
    }

    @Test("welcome.json")
    func welcome() throws {
        let vectors: [WelcomeVector] = try SharedInputs.vectors.load("welcome")
        #expect(Set(vectors.map(\.cipherSuite)).count == 7)
        for vector in vectors {
            let suite = try #require(CipherSuite(rawValue: vector.cipherSuite))
            guard case .welcome(let welcome) = try MLSMessage(parsing: vector.welcome.bytes),
                case .keyPackage(let package) = try MLSMessage(parsing: vector.keyPackage.bytes)
            else { throw MemberError.unexpected("welcome.json") }
            // Neither the leaf's nor the signature's private key is given, or needed.
            let leafKey = try suite.kem.deriveKeyPair(ikm: suite.zeroSecret)
            let client = try Client(suite, package.leafNode.credential, SystemRandom())
            let opened = try OpenedWelcome(
                welcome,
                with: OwnKeyPackage(
                    client: client, keyPackage: package, initKey: vector.initPriv.bytes,
                    leafKey: leafKey))
            let info = opened.groupInfo
            #expect(
                suite.signature.verifyWithLabel(
                    publicKey: vector.signerPub.bytes, label: "GroupInfoTBS",
                    content: info.toBeSigned, signature: info.signature))
            #expect(
                try opened.secrets.confirmationTag(
                    suite, of: info.groupContext.confirmedTranscriptHash) == info.confirmationTag)
        }
    }
}
