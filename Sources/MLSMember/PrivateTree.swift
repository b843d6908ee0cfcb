import MLSCrypto
import MLSMessages
import MLSPublicGroup

/// The private keys that a member has: that of its leaf and those of nodes above it (RFC 9420 §4.2).
package struct PrivateTree: Sendable {
    private let suite: CipherSuite
    package let leaf: UInt32
    package private(set) var leafKey: KEM.KeyPair
    private var parents: [NodeIndex: KEM.KeyPair]

    package init(
        _ suite: CipherSuite, leaf: UInt32, key: KEM.KeyPair,
        parents: [NodeIndex: KEM.KeyPair] = [:]
    ) {
        self.suite = suite
        self.leaf = leaf
        leafKey = key
        self.parents = parents
    }

    /// Takes the new key of the member's own leaf.
    mutating func replaceLeafKey(_ key: KEM.KeyPair) {
        leafKey = key
    }

    /// These keys without those of nodes that are no longer in the tree.
    package func kept(only tree: some TreeView) -> PrivateTree {
        var kept = self
        kept.parents = parents.filter { place, key in
            place.value < 2 * tree.width - 1
                && tree.node(at: place)?.encryptionKey == key.publicKey
        }
        return kept
    }

    private func key(of place: NodeIndex) -> KEM.KeyPair? {
        place == NodeIndex(leaf: leaf) ? leafKey : parents[place]
    }

    /// Decrypts the secret that a path holds for this member. `tree` is the new one, `context` the
    /// provisional one (RFC 9420 §12.4.2), `added` are the leaves that the commit adds.
    package func decrypt(
        _ path: UpdatePath, of committer: UInt32, in tree: TreeDraft, but added: Set<UInt32>,
        _ context: GroupContext
    ) throws -> (secret: PathSecret, node: NodeIndex) {
        let places = tree.filteredDirectPath(of: committer)
        guard let step = places.firstIndex(where: { $0.copath.leafSpan.contains(leaf) }),
            step < path.nodes.count
        else { throw MemberError.noPathSecret }
        let recipients = tree.recipients(below: places[step].copath, but: added)
        for (place, ciphertext) in zip(recipients, path.nodes[step].encryptedPathSecrets) {
            guard let key = key(of: place) else { continue }
            let secret = try suite.decryptWithLabel(
                privateKey: key.privateKey, label: "UpdatePathNode", context: context.encoded,
                sealed: ciphertext.sealed)
            return (PathSecret(secret), places[step].node)
        }
        throw MemberError.noPathSecret
    }

    /// Takes a secret of a committer's path and those that follow from it, up to the root; refuses
    /// keys other than the tree's. Returns the `commit_secret`.
    package mutating func take(
        _ secret: PathSecret, from node: NodeIndex, of committer: UInt32, in tree: some TreeView
    ) throws -> [UInt8] {
        var secret = secret
        var taken = parents
        for (place, _) in tree.filteredDirectPath(of: committer) where place.level >= node.level {
            let key = try secret.keyPair(suite)
            guard tree.node(at: place)?.encryptionKey == key.publicKey else {
                throw MemberError.pathSecret(node: place.value)
            }
            taken[place] = key
            secret = try secret.next(suite)
        }
        parents = taken
        return secret.bytes
    }
}
