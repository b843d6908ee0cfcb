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
        let cipher_suite: UInt16
        let tree, group_id: HexBytes
        let tree_hashes: [HexBytes]
        let resolutions: [[Int]]
    }

    @Test("tree-validation.json")
    func validation() throws {
        let vectors: [Validation] = try SharedInputs.vectors.load("tree-validation")
        #expect(Set(vectors.map(\.cipher_suite)).count == 7)
        for vector in vectors {
            let suite = try #require(CipherSuite(rawValue: vector.cipher_suite))
            let nodes = try RatchetTreeNodes(parsing: vector.tree.bytes)
            let tree = RatchetTree(nodes: nodes, hash: suite.hash)
            #expect(tree.exchanged.encoded == vector.tree.bytes)
            for value in 0..<vector.tree_hashes.count {
                let place = NodeIndex(value)
                #expect(tree.hash(of: place) == vector.tree_hashes[value].bytes)
                #expect(tree.resolution(of: place).map(\.value) == vector.resolutions[value])
            }
            try TreeImportRules.checkNodes(nodes, .complete)
            try TreeImportRules(tree, .complete).check()
            let rules = LeafRules(suite: suite, groupID: vector.group_id.bytes, profile: .plain)
            for (index, leaf) in tree.members {
                try rules.check(
                    leaf, at: index, from: .imported, as: .member, now: nil, "leaf \(index)")
            }
        }
    }

    private struct Operation: Decodable {
        let cipher_suite: UInt16
        let proposal, tree_before, tree_after, tree_hash_before, tree_hash_after: HexBytes
        let proposal_sender: UInt32
    }

    @Test("tree-operations.json")
    func operations() throws {
        let vectors: [Operation] = try SharedInputs.vectors.load("tree-operations")
        #expect(!vectors.isEmpty)
        for vector in vectors {
            let suite = try #require(CipherSuite(rawValue: vector.cipher_suite))
            let tree = RatchetTree(
                nodes: try RatchetTreeNodes(parsing: vector.tree_before.bytes), hash: suite.hash)
            #expect(tree.treeHash == vector.tree_hash_before.bytes)
            var draft = TreeDraft(tree)
            switch try Proposal(parsing: vector.proposal.bytes) {
            case .add(let keyPackage): _ = draft.add(keyPackage.leafNode)
            case .update(let leaf): draft.update(leaf, at: vector.proposal_sender)
            case .remove(let index): draft.remove(index)
            default: Issue.record("an operation that is none")
            }
            #expect(draft.treeHash() == vector.tree_hash_after.bytes)
            #expect(draft.exchanged.encoded == vector.tree_after.bytes)
        }
    }

    private struct TreeKEM: Decodable {
        struct Path: Decodable {
            let sender: UInt32
            let update_path, tree_hash_after: HexBytes
        }
        let cipher_suite: UInt16
        let group_id, ratchet_tree: HexBytes
        let update_paths: [Path]
    }

    @Test("treekem.json: what of an UpdatePath is public")
    func updatePaths() throws {
        let vectors: [TreeKEM] = try SharedInputs.vectors.load("treekem")
        #expect(Set(vectors.map(\.cipher_suite)).count == 7)
        for vector in vectors {
            let suite = try #require(CipherSuite(rawValue: vector.cipher_suite))
            let tree = RatchetTree(
                nodes: try RatchetTreeNodes(parsing: vector.ratchet_tree.bytes), hash: suite.hash)
            // The leaves of suite 7 don't list their own suite.
            var profile = GroupProfile.plain
            profile.enforcement = .without(.versionAndSuite)
            let rules = PathRules(suite: suite, groupID: vector.group_id.bytes, profile)
            for given in vector.update_paths {
                let path = try UpdatePath(parsing: given.update_path.bytes)
                let old = try #require(tree.leaf(at: given.sender))
                var draft = TreeDraft(tree)
                try rules.apply(
                    path, to: &draft, at: given.sender, added: [],
                    as: .replacement(of: old.credential))
                #expect(draft.treeHash() == given.tree_hash_after.bytes)
            }
        }
    }

    private struct Transcript: Decodable {
        let cipher_suite: UInt16
        let confirmation_key, authenticated_content, interim_transcript_hash_before: HexBytes
        let confirmed_transcript_hash_after, interim_transcript_hash_after: HexBytes
    }

    @Test("transcript-hashes.json")
    func transcriptHashes() throws {
        let vectors: [Transcript] = try SharedInputs.vectors.load("transcript-hashes")
        #expect(Set(vectors.map(\.cipher_suite)).count == 7)
        for vector in vectors {
            let hash = try #require(CipherSuite(rawValue: vector.cipher_suite)).hash
            let commit = try AuthenticatedContent(parsing: vector.authenticated_content.bytes)
            let confirmed = TranscriptHash.confirmed(
                interim: vector.interim_transcript_hash_before.bytes, commit: commit, hash)
            #expect(confirmed == vector.confirmed_transcript_hash_after.bytes)
            let tag = try #require(commit.auth.confirmationTag)
            #expect(try hash.hmac(key: vector.confirmation_key.bytes, confirmed) == tag)
            #expect(
                TranscriptHash.interim(confirmed: confirmed, tag: tag, hash)
                    == vector.interim_transcript_hash_after.bytes)
        }
    }
}
