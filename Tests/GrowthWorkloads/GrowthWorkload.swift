import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook
import TestSupport

/// Work on an input of a size, of which twice the size must cost about twice as much.
package struct GrowthWorkload: Sendable {
    package let name: String
    /// The largest input that can be written.
    package var limit = 100_000
    /// Makes an input; what is measured is the closure, which says whether the input was taken.
    package let prepare: @Sendable (_ size: Int) throws -> () -> Bool

    package static let all: [GrowthWorkload] =
        groups + rooms
}

/// Groups of many clients. Their leaves have keys that are none and no signatures, and the rules that look
/// at these are left out: they take the same time for each leaf.
enum Crowd {
    static let creator = ForgedClient("client 0", .x25519Aes128)
    static let profile: GroupProfile = {
        var profile = GroupProfile.plain
        profile.enforcement = .without([.leafSignature, .messageSignature])
        return profile
    }()

    private static let sample = creator.leaf(
        .keyPackage(Lifetime(notBefore: 0, notAfter: .max)), key: "sample")

    static func leaf(_ number: Int) -> LeafNode {
        guard number > 0 else {
            var leaf = sample
            leaf.encryptionKey = creator.hpkeKey("genesis")
            return leaf
        }
        var leaf = sample
        let name = Array("leaf \(number)".utf8)
        leaf.encryptionKey = SHA256.hash(name).bytes
        leaf.signatureKey = SHA256.hash(name, [1]).bytes
        leaf.credential = .basic(identity: name)
        return leaf
    }

    /// A tree of `size` members. The first and the last set the path once, and all others were added
    /// since: they are unmerged leaves of the root.
    static func tree(_ size: Int) -> RatchetTree {
        let leaves = (0..<2 * size - 1).map { place -> Node? in
            place == 0 || place == 2 * size - 2 ? .leaf(leaf(place / 2)) : nil
        }
        var tree = RatchetTree(nodes: RatchetTreeNodes(leaves), hash: .sha256)
        var draft = TreeDraft(tree)
        let path = draft.filteredDirectPath(of: 0)
        let parentHash = draft.setPath(
            path.map { creator.hpkeKey("path \($0.node.value)") }, on: path, above: 0, .sha256)
        var first = leaf(0)
        first.source = .commit(parentHash: parentHash)
        draft.set(.leaf(first), at: NodeIndex(leaf: 0))
        for number in 1..<max(size - 1, 1) { _ = draft.add(leaf(number)) }
        tree.apply(draft.finish())
        return tree
    }

    static func state(_ size: Int) throws -> RoomState {
        let genesis = ForgedGroup.genesis(tree(size), of: creator)
        return try RoomState(startingWith: RoomState.decide(genesis, profile).events[0], profile)
    }

    /// A message of the first member, which is not signed.
    static func message(_ body: FramedContent.Body, in group: PublicGroup) -> PublicMessage {
        let content = FramedContent(
            groupID: group.context.groupID, epoch: group.context.epoch, sender: .member(leaf: 0),
            authenticatedData: [], body: body)
        var tag: [UInt8]?
        if case .commit = body { tag = SHA256.hash([1]).bytes }
        return PublicMessage(
            content: content, auth: FramedContentAuthData(signature: [], confirmationTag: tag),
            membershipTag: SHA256.hash([2]).bytes)
    }

    static func isAccepted(_ message: PublicMessage, by state: RoomState) -> Bool {
        let input = GroupHandshake(message: MLSMessage.publicMessage(message).encoded)
        guard case .accepted = state.decide(input, now: ForgedGroup.now, profile) else {
            return false
        }
        return true
    }
}
