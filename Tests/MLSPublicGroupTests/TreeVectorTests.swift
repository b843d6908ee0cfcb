import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RuleBook
import TestSupport
import Testing

/// The working group's vectors about trees.
@Suite(.enabled(if: SharedInputs.vectors.exist, "\(SharedInputs.vectors.reason)"))
struct TreeVectorTests {
    private struct Validation: Decodable {
        let cipherSuite: UInt16
        let tree, groupId: HexBytes
        let treeHashes: [HexBytes]
        let resolutions: [[Int]]
    }

    @Test("tree-validation.json")
    func validation() throws {
        let vectors: [Validation] = try SharedInputs.vectors.load("tree-validation")
        #expect(Set(vectors.map(\.cipherSuite)).count == 7)
        for vector in vectors {
            let suite = try #require(CipherSuite(rawValue: vector.cipherSuite))
            let nodes = try RatchetTreeNodes(parsing: vector.tree.bytes)
            let tree = RatchetTree(nodes: nodes, hash: suite.hash)
            #expect(tree.exchanged.encoded == vector.tree.bytes)
            for value in 0..<vector.treeHashes.count {
                let place = NodeIndex(value)
                #expect(tree.hash(of: place) == vector.treeHashes[value].bytes)
                #expect(tree.resolution(of: place).map(\.value) == vector.resolutions[value])
            }
            try TreeImportRules.checkNodes(nodes, .plain)
            try TreeImportRules(tree, .complete).check()
            let rules = LeafRules(suite: suite, groupID: vector.groupId.bytes, profile: .plain)
            for (index, leaf) in tree.members {
                try rules.check(
                    leaf, at: index, from: .imported, as: .member, now: nil, "leaf \(index)")
            }
        }
    }

    private struct Operation: Decodable {
        let cipherSuite: UInt16
        let proposal, treeBefore, treeAfter, treeHashBefore, treeHashAfter: HexBytes
        let proposalSender: UInt32
    }

    @Test("tree-operations.json")
    func operations() throws {
        let vectors: [Operation] = try SharedInputs.vectors.load("tree-operations")
        #expect(!vectors.isEmpty)
        for vector in vectors {
            let suite = try #require(CipherSuite(rawValue: vector.cipherSuite))
            let tree = RatchetTree(
                nodes: try RatchetTreeNodes(parsing: vector.treeBefore.bytes), hash: suite.hash)
            #expect(tree.treeHash == vector.treeHashBefore.bytes)
            var draft = TreeDraft(tree)
            switch try Proposal(parsing: vector.proposal.bytes) {
            case .add(let keyPackage): _ = draft.add(keyPackage.leafNode)
            case .update(let leaf): draft.update(leaf, at: vector.proposalSender)
            case .remove(let index): draft.remove(index)
            default: Issue.record("an operation that is none")
            }
            #expect(draft.treeHash() == vector.treeHashAfter.bytes)
            #expect(draft.exchanged.encoded == vector.treeAfter.bytes)
        }
    }

    private struct TreeKEM: Decodable {
        struct Path: Decodable {
            let sender: UInt32
            let updatePath, treeHashAfter: HexBytes
        }
        let cipherSuite: UInt16
        let groupId, ratchetTree: HexBytes
        let updatePaths: [Path]
    }

    @Test("treekem.json: what of an UpdatePath is public")
    func updatePaths() throws {
        let vectors: [TreeKEM] = try SharedInputs.vectors.load("treekem")
        #expect(Set(vectors.map(\.cipherSuite)).count == 7)
        for vector in vectors {
            let suite = try #require(CipherSuite(rawValue: vector.cipherSuite))
            let tree = RatchetTree(
                nodes: try RatchetTreeNodes(parsing: vector.ratchetTree.bytes), hash: suite.hash)
            // The leaves of suite 7 don't list their own suite.
            var profile = GroupProfile.plain
            profile.enforcement = .without(.versionAndSuite)
            let rules = PathRules(suite: suite, groupID: vector.groupId.bytes, profile)
            for given in vector.updatePaths {
                let path = try UpdatePath(parsing: given.updatePath.bytes)
                let old = try #require(tree.leaf(at: given.sender))
                var draft = TreeDraft(tree)
                try rules.apply(
                    path, to: &draft, at: given.sender, added: [],
                    as: .replacement(of: old.credential))
                #expect(draft.treeHash() == given.treeHashAfter.bytes)
            }
        }
    }

    private struct Transcript: Decodable {
        let cipherSuite: UInt16
        let confirmationKey, authenticatedContent, interimTranscriptHashBefore: HexBytes
        let confirmedTranscriptHashAfter, interimTranscriptHashAfter: HexBytes
    }

    @Test("transcript-hashes.json")
    func transcriptHashes() throws {
        let vectors: [Transcript] = try SharedInputs.vectors.load("transcript-hashes")
        #expect(Set(vectors.map(\.cipherSuite)).count == 7)
        for vector in vectors {
            let hash = try #require(CipherSuite(rawValue: vector.cipherSuite)).hash
            let commit = try AuthenticatedContent(parsing: vector.authenticatedContent.bytes)
            let confirmed = TranscriptHash.confirmed(
                interim: vector.interimTranscriptHashBefore.bytes, commit: commit, hash)
            #expect(confirmed == vector.confirmedTranscriptHashAfter.bytes)
            let tag = try #require(commit.auth.confirmationTag)
            #expect(try hash.hmac(key: vector.confirmationKey.bytes, confirmed) == tag)
            #expect(
                TranscriptHash.interim(confirmed: confirmed, tag: tag, hash)
                    == vector.interimTranscriptHashAfter.bytes)
        }
    }
}
