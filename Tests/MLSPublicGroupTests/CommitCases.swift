import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook
import TestSupport

private let joiner = ForgedClient("new", .x25519Aes128)

private func committing(
    _ proposals: [Proposal] = [], size: Int = 4, _ edit: (inout CommitEdits) -> Void
) -> (ForgedGroup, ForgedHandshake) {
    let group = ForgedGroup(size: size)
    var edits = CommitEdits()
    edit(&edits)
    return (group, group.commit(proposals.map { .proposal($0) }, edits: edits))
}

/// D-47 to D-57.
let commitCases: [RuleCase] = [
    .handshake(.applicationOrder, "an Add before a Remove in the list", .computes) {
        let group = ForgedGroup(size: 4)
        return (
            group,
            group.commit([.proposal(.add(joiner.keyPackage())), .proposal(.remove(leaf: 2))])
        )
    },
    .handshake(.pathRequired, "an empty list without path") { committing { $0.hasPath = false } },
    .handshake(.pathRequired, "a Remove without path") {
        committing([.remove(leaf: 2)]) { $0.hasPath = false }
    },
    .handshake(.pathRequired, "GroupContextExtensions without path") {
        committing([.groupContextExtensions([])]) { $0.hasPath = false }
    },
    .handshake(.pathRequired, "an Update without path") {
        var group = ForgedGroup(size: 4)
        let update = group.queue(.update(group.updateLeaf(of: 1)), by: 1)
        var edits = CommitEdits()
        edits.hasPath = false
        return (group, group.commit([update], edits: edits))
    },
    .handshake(.pathRequired, "a SelfRemove without path") {
        var group = ForgedGroup(size: 4)
        let leave = group.queue(.selfRemove, by: 1)
        var edits = CommitEdits()
        edits.hasPath = false
        return (group, group.commit([leave], edits: edits))
    },
    .handshake(.pathShape, "a ciphertext too many") {
        committing {
            $0.path = { path in
                let more = path.nodes[0].encryptedPathSecrets[0]
                path.nodes[0].encryptedPathSecrets.append(more)
            }
        }
    },
    .handshake(.pathShape, "a ciphertext missing") {
        committing { $0.path = { $0.nodes[1].encryptedPathSecrets.removeLast() } }
    },
    .handshake(.pathShape, "a node missing") { committing { $0.path = { $0.nodes.removeLast() } } },
    .handshake(.pathShape, "a key that is none") {
        committing { $0.keys = { $0[0].removeLast() } }
    },
    .handshake(.pathKeys, "the key of a member") {
        let key = ForgedGroup(size: 4).group.tree.leaf(at: 2)!.encryptionKey
        return committing { $0.keys = { $0[0] = key } }
    },
    .handshake(.pathKeys, "a key twice") { committing { $0.keys = { $0[1] = $0[0] } } },
    .handshake(.pathParentHash, "another parent_hash") {
        committing {
            $0.leaf = { $0.source = .commit(parentHash: [UInt8](repeating: 0, count: 32)) }
        }
    },
    .handshake(.pathParentHash, "no parent_hash") {
        committing { $0.leaf = { $0.source = .commit(parentHash: []) } }
    },
    .handshake(.externalJoiner, "no path") {
        let group = ForgedGroup(size: 4)
        var edits = CommitEdits()
        edits.hasPath = false
        return (group, group.externalCommit(by: joiner, edits: edits))
    },
    .handshake(.treeShape, "the last leaf goes", .computes) {
        committing([.remove(leaf: 4)], size: 5) { _ in }
    },
    RuleCase(.groupContext, "a recorded change with another tree hash") { enforcement in
        var group = ForgedGroup(size: 3)
        group.profile.enforcement = enforcement
        guard case .commitAccepted(let change)? = group.decide(group.commit().input).events().first
        else { fatalError() }
        // The tree hash follows the epoch and its own length.
        var bytes = change.encoded
        bytes[8 + 1] ^= 1
        do {
            let altered = RoomEvent.commitAccepted(try GroupChange(parsing: bytes))
            try group.state.apply(altered, group.profile)
            return .accepted([])
        } catch {
            return .rejected(error as! Refusal)
        }
    },
    .handshake(.reInitialized, "a proposal after a ReInit") {
        var group = ForgedGroup(size: 2)
        group.accept(group.commit([.proposal(.reInit(reInit))]))
        return (group, group.proposal(.remove(leaf: 1)))
    },
    .handshake(.reInitialized, "a commit after a ReInit") {
        var group = ForgedGroup(size: 2)
        group.accept(group.commit([.proposal(.reInit(reInit))]))
        return (group, group.commit())
    },
]
