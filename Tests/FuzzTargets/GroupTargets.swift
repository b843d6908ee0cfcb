import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook
import TestSupport

extension FuzzTarget {
    /// A key package that a member proposes to add. An input whose first byte is odd is signed anew,
    /// leaf and package, as by a client that says something odd of itself.
    package static let keyPackage = FuzzTarget(name: "key-package") {
        [0, 1].map { [$0] + GroupInput.joiner.keyPackage().encoded }
    } run: { (input) throws(FuzzFinding) in
        guard let first = input.first,
            let package = try reading(KeyPackage.self, Array(input.dropFirst()))
        else { return false }
        return GroupInput.isAdded(first % 2 == 0 ? package : GroupInput.signed(package))
    }

    /// A ratchet tree that is imported. With bit 0 of the first byte, the GroupInfo is of this tree;
    /// with bit 1, leaves need no valid signature, so that damage of theirs goes further.
    package static let ratchetTree = FuzzTarget(name: "ratchet-tree") {
        GroupInput.trees.flatMap { tree in
            [1, 3].map { [$0] + tree.exchanged.encoded }
        }
    } run: { (input) throws(FuzzFinding) in
        guard let first = input.first,
            let nodes = try reading(RatchetTreeNodes.self, Array(input.dropFirst()))
        else { return false }
        return try GroupInput.isImported(nodes, first)
    }
}

private enum GroupInput {
    static let joiner = ForgedClient("joiner", .x25519Aes128)
    private static let group = ForgedGroup(size: 3)
    private static let creator = ForgedClient("client 0", .x25519Aes128)

    /// Whole, with blanks, with unmerged leaves, and wider than it is full.
    static let trees: [RatchetTree] = {
        var group = ForgedGroup(size: 5)
        var trees = [group.group.tree]
        group.accept(group.commit(by: 4, [.proposal(.remove(leaf: 1))]))
        trees.append(group.group.tree)
        group.accept(group.commit(by: 0, [.proposal(.add(joiner.keyPackage()))], joining: [joiner]))
        trees.append(group.group.tree)
        group.accept(
            group.commit(by: 0, [.proposal(.remove(leaf: 2)), .proposal(.remove(leaf: 3))]))
        trees.append(group.group.tree)
        return trees + [ForgedGroup(size: 1).group.tree]
    }()

    // MARK: Key packages

    /// The same, signed by the joiner.
    static func signed(_ package: KeyPackage) -> KeyPackage {
        var leaf = package.leafNode
        leaf.signature = joiner.sign("LeafNodeTBS", leaf.toBeSigned(groupID: [], leafIndex: 0))
        var package = KeyPackage(
            version: package.version, cipherSuite: package.cipherSuite, initKey: package.initKey,
            leafNode: leaf, extensions: package.extensions, signature: [])
        package.signature = joiner.sign("KeyPackageTBS", package.toBeSigned)
        return package
    }

    static func isAdded(_ package: KeyPackage) -> Bool {
        // Who proposes it is not in question.
        var profile = group.profile
        profile.enforcement = .without(.messageSignature)
        let content = FramedContent(
            groupID: group.group.context.groupID, epoch: group.group.context.epoch,
            sender: .member(leaf: 0), authenticatedData: [], body: .proposal(.add(package)))
        let message = PublicMessage(
            content: content, auth: FramedContentAuthData(signature: []),
            membershipTag: [UInt8](repeating: 0, count: 32))
        let input = GroupHandshake(message: MLSMessage.publicMessage(message).encoded)
        guard case .accepted = group.state.decide(input, now: ForgedGroup.now, profile) else {
            return false
        }
        return true
    }

    // MARK: Trees

    static func isImported(
        _ nodes: RatchetTreeNodes, _ flags: UInt8
    ) throws(FuzzFinding) -> Bool {
        var profile = GroupProfile.plain
        if flags & 2 != 0 { profile.enforcement = .without(.leafSignature) }
        let decision: Decision
        if flags & 1 != 0, (try? TreeImportRules.checkNodes(nodes, profile)) != nil {
            let tree = RatchetTree(nodes: nodes, hash: .sha256)
            decision = RoomState.decide(
                ForgedGroup.genesis(tree, of: creator, nodes: nodes), profile)
        } else {
            decision = RoomState.decide(
                ForgedGroup.genesis(trees[0], of: creator, nodes: nodes), profile)
        }
        guard case .accepted(let events) = decision,
            let state = try? RoomState(startingWith: events[0], profile)
        else { return false }
        try FuzzFinding.unless(
            state.group.tree.exchanged == nodes, "a tree is exchanged otherwise")
        try change(state.group.tree)
        return true
    }

    /// Who can be imported can leave and be replaced.
    private static func change(_ tree: RatchetTree) throws(FuzzFinding) {
        var tree = tree
        var draft = TreeDraft(tree)
        for (index, _) in tree.members.prefix(3) where index > 0 { draft.remove(index) }
        _ = draft.add(joiner.keyPackage().leafNode)
        tree.apply(draft.finish())
        let fresh = RatchetTree(nodes: tree.exchanged, hash: .sha256)
        try FuzzFinding.unless(fresh.treeHash == tree.treeHash, "a changed tree has another hash")
    }
}
