import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage

/// One secret of a path and what follows from it (RFC 9420 §7.4).
package struct PathSecret: Sendable {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The key pair of the secret's node.
    package func keyPair(_ suite: CipherSuite) throws(CryptoError) -> KEM.KeyPair {
        try suite.kem.deriveKeyPair(ikm: suite.hash.deriveSecret(secret: bytes, label: "node"))
    }

    /// The secret of the next node up; above the last one, the `commit_secret`.
    package func next(_ suite: CipherSuite) throws(CryptoError) -> PathSecret {
        PathSecret(try suite.hash.deriveSecret(secret: bytes, label: "path"))
    }
}

/// A new direct path that a committer makes for its leaf (RFC 9420 §7.4, §7.5).
package struct OwnPath: Sendable {
    private struct Step: Sendable {
        let place: NodeIndex
        let copath: NodeIndex
        let secret: PathSecret
        let key: KEM.KeyPair
    }

    private let suite: CipherSuite
    private let leaf: LeafNode
    private let steps: [Step]
    /// The private keys that the committer has afterwards.
    package let keys: PrivateTree
    package let commitSecret: [UInt8]

    /// Makes the keys, and lays them over a tree in which the commit's proposals have taken effect.
    package init(
        by client: Client, at index: UInt32, over tree: inout TreeDraft, groupID: [UInt8],
        _ random: any RandomSource
    ) throws(CryptoError) {
        let suite = client.suite
        let leafKey = try random.keyPair(suite.kem)
        var secret = PathSecret(try random.bytes(suite.hash.size))
        let places = tree.filteredDirectPath(of: index)
        var steps: [Step] = []
        for (place, copath) in places {
            let key = try secret.keyPair(suite)
            steps.append(Step(place: place, copath: copath, secret: secret, key: key))
            secret = try secret.next(suite)
        }
        let parentHash = tree.setPath(
            steps.map(\.key.publicKey), on: places, above: index, suite.hash)
        leaf = try client.leaf(
            .commit(parentHash: parentHash), key: leafKey.publicKey, groupID: groupID, at: index)
        tree.set(.leaf(leaf), at: NodeIndex(leaf: index))
        keys = PrivateTree(
            suite, leaf: index, key: leafKey,
            parents: Dictionary(uniqueKeysWithValues: steps.map { ($0.place, $0.key) }))
        self.suite = suite
        self.steps = steps
        commitSecret = secret.bytes
    }

    /// The path with each secret encrypted to those below the other child, but for `added`, who get
    /// theirs by Welcome. `context` is the provisional one (RFC 9420 §12.4.1).
    package func encrypted(
        in tree: TreeDraft, but added: Set<UInt32>, _ context: GroupContext,
        _ random: any RandomSource
    ) throws(CryptoError) -> UpdatePath {
        let context = context.encoded
        var nodes: [UpdatePathNode] = []
        for step in steps {
            var ciphertexts: [HPKECiphertext] = []
            for place in tree.recipients(below: step.copath, but: added) {
                guard let node = tree.node(at: place) else { continue }
                let sealed = try suite.encryptWithLabel(
                    publicKey: node.encryptionKey, label: "UpdatePathNode", context: context,
                    plaintext: step.secret.bytes, ephemeral: random.keyPair(suite.kem))
                ciphertexts.append(HPKECiphertext(sealed))
            }
            nodes.append(
                UpdatePathNode(
                    encryptionKey: step.key.publicKey, encryptedPathSecrets: ciphertexts))
        }
        return UpdatePath(leafNode: leaf, nodes: nodes)
    }

    /// The secret that a client who was added at a leaf gets: that of the lowest node above both.
    package func secret(for joiner: UInt32) -> PathSecret? {
        steps.first { $0.place.leafSpan.contains(joiner) }?.secret
    }
}

extension TreeView {
    /// To whom a path secret is encrypted: the resolution of a copath node without the leaves that
    /// the same commit adds.
    func recipients(below copath: NodeIndex, but added: Set<UInt32>) -> [NodeIndex] {
        resolution(of: copath).filter { !$0.isLeaf || !added.contains($0.leaf) }
    }
}
