import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook
import TestSupport

private let creator = ForgedClient("client 0", .x25519Aes128)

/// D-65, D-66, and what else an import shares with messages.
let importCases: [RuleCase] = [
    .genesis(.importedTree, "a blank at the end") {
        let tree = ForgedGroup(size: 4).group.tree
        return ForgedGroup.genesis(
            tree, of: creator, nodes: RatchetTreeNodes(tree.exchanged.nodes + [nil]))
    },
    .genesis(.importedTree, "another tree hash") {
        ForgedGroup.genesis(of: creator, editInfo: { $0.groupContext.treeHash[0] ^= 1 })
    },
    altered(.importedTree, "unmerged leaves that don't ascend", at: 3) {
        $0.unmergedLeaves = [1, 0]
    },
    altered(.importedTree, "a leaf unmerged above, but not at the node between", at: 3) {
        $0.unmergedLeaves = [0]
    },
    altered(.importedTree, "an unmerged leaf that is not below", at: 1) {
        $0.unmergedLeaves = [2]
    },
    altered(.importedTree, "a parent's key twice", at: 3) {
        $0.encryptionKey = tree().node(at: NodeIndex(1))!.encryptionKey
    },
    altered(.importedParentHash, "a parent with another key", at: 3) {
        $0.encryptionKey = creator.hpkeKey("other")
    },
    altered(.importedParentHash, "another parent_hash below", at: 1) {
        $0.parentHash = [UInt8](repeating: 0, count: 32)
    },
    .genesis(.groupInfo, "a signature by another key") {
        ForgedGroup.genesis(
            of: creator,
            editInfo: {
                let stranger = ForgedClient("stranger", .x25519Aes128)
                $0.signature = stranger.sign("GroupInfoTBS", $0.toBeSigned)
            })
    },
    .genesis(.groupInfo, "a signer that is no member") {
        ForgedGroup.genesis(of: creator, editInfo: { $0.signer = 7 })
    },
    .genesis(.uniqueKeys, "a signature_key twice") {
        let twin = creator.keyPackage(1).leafNode
        let nodes = RatchetTreeNodes([.leaf(creator.keyPackage().leafNode), nil, .leaf(twin)])
        return ForgedGroup.genesis(
            RatchetTree(nodes: nodes, hash: creator.suite.hash), of: creator)
    },
    .genesis(.groupContextExtensions, "an extension type twice") {
        let twice = Extension(.applicationID, data: [])
        return ForgedGroup.genesis(of: creator, [twice, twice])
    },
    .genesis(.leafExtensions, "an extension that a leaf does not support") {
        ForgedGroup.genesis(of: creator, [Extension(ExtensionType(0xf0f0), data: [])])
    },
    .genesis(.groupAndEpoch, "another version") {
        ForgedGroup.genesis(
            of: creator, editInfo: { $0.groupContext.version = ProtocolVersion(2) })
    },
]

private func tree() -> RatchetTree { ForgedGroup(size: 4).group.tree }

/// The tree of four members with one parent node altered; hash and GroupInfo follow.
private func altered(
    _ rule: Rule, _ name: String, at place: Int,
    _ edit: @escaping @Sendable (inout ParentNode) -> Void
) -> RuleCase {
    .genesis(rule, name) {
        var nodes = tree().exchanged.nodes
        var parent = nodes[place]!.parent!
        edit(&parent)
        nodes[place] = .parent(parent)
        let tree = RatchetTree(nodes: RatchetTreeNodes(nodes), hash: creator.suite.hash)
        return ForgedGroup.genesis(tree, of: creator)
    }
}
