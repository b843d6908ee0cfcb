import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState

/// Where a forged commit departs from a valid one. What each closure changes is signed afterwards
/// by whoever signs it, so that the change is the only fault.
package struct CommitEdits {
    /// The path's leaf, before it is signed.
    package var leaf: (inout LeafNode) -> Void = { _ in }
    /// The path with its signed leaf.
    package var path: (inout UpdatePath) -> Void = { _ in }
    /// The keys of the path's nodes, before parent hashes are computed from them.
    package var keys: (inout [[UInt8]]) -> Void = { _ in }
    package var commit: (inout Commit) -> Void = { _ in }
    package var content: (inout FramedContent) -> Void = { _ in }
    /// The signed message.
    package var message: (inout PublicMessage) -> Void = { _ in }
    /// The GroupInfo, before it is signed.
    package var groupInfo: (inout GroupInfo) -> Void = { _ in }
    package var welcome: (inout Welcome) -> Void = { _ in }
    package var hasPath = true
    /// Proposals that a reference names, other than the pending ones.
    package var resolving: [PendingProposal] = []

    package init() {}
}

extension ForgedGroup {
    /// A signed PublicMessage.
    package func message(
        _ body: FramedContent.Body, from sender: Sender, signedBy client: ForgedClient,
        tag: [UInt8]? = nil, edit: (inout FramedContent) -> Void = { _ in },
        editMessage: (inout PublicMessage) -> Void = { _ in }
    ) -> PublicMessage {
        var content = FramedContent(
            groupID: group.context.groupID, epoch: group.context.epoch, sender: sender,
            authenticatedData: authenticatedData, body: body)
        edit(&content)
        let signed = content.toBeSigned(
            wireFormat: .publicMessage, context: group.context.encoded)
        let auth = FramedContentAuthData(
            signature: client.sign("FramedContentTBS", signed), confirmationTag: tag)
        var membershipTag: [UInt8]?
        if case .member = content.sender { membershipTag = suite.hash.hash([2]) }
        var message = PublicMessage(content: content, auth: auth, membershipTag: membershipTag)
        editMessage(&message)
        return message
    }

    /// A proposal by a member, or by `sender` with the keys of `client`.
    package func proposal(
        _ proposal: Proposal, by index: UInt32 = 0, as sender: Sender? = nil,
        signedBy client: ForgedClient? = nil, edit: (inout FramedContent) -> Void = { _ in },
        editMessage: (inout PublicMessage) -> Void = { _ in }
    ) -> ForgedHandshake {
        let message = message(
            .proposal(proposal), from: sender ?? .member(leaf: index),
            signedBy: client ?? clients[index]!, edit: edit, editMessage: editMessage)
        return ForgedHandshake(
            input: GroupHandshake(message: MLSMessage.publicMessage(message).encoded),
            reference: message.authenticatedContent.proposalReference(suite.hash))
    }

    /// Queues a proposal that the hub must accept; returns how a commit names it.
    package mutating func queue(
        _ content: Proposal, by index: UInt32 = 0, as sender: Sender? = nil,
        signedBy client: ForgedClient? = nil
    ) -> ProposalOrRef {
        let forged = proposal(content, by: index, as: sender, signedBy: client)
        accept(forged)
        return .reference(forged.reference)
    }

    /// A signed leaf for an Update by a member.
    package func updateLeaf(
        of index: UInt32, _ key: String = "update", edit: (inout LeafNode) -> Void = { _ in }
    ) -> LeafNode {
        var leaf = clients[index]!.leaf(.update, key: "\(key) \(group.context.epoch)")
        edit(&leaf)
        if leaf.signature.isEmpty {
            leaf.signature = clients[index]!.sign(
                "LeafNodeTBS", leaf.toBeSigned(groupID: group.context.groupID, leafIndex: index))
        }
        return leaf
    }

    /// A commit by a member.
    package func commit(
        by index: UInt32 = 0, _ proposals: [ProposalOrRef] = [], joining: [ForgedClient] = [],
        edits: CommitEdits = CommitEdits()
    ) -> ForgedHandshake {
        forge(by: clients[index]!, at: index, proposals, joining, edits)
    }

    /// An external commit; an ExternalInit precedes the proposals.
    package func externalCommit(
        by client: ForgedClient, _ proposals: [ProposalOrRef] = [],
        edits: CommitEdits = CommitEdits()
    ) -> ForgedHandshake {
        let first = Proposal.externalInit(kemOutput: client.hpkeKey("kem \(group.context.epoch)"))
        return forge(by: client, at: nil, [.proposal(first)] + proposals, [], edits)
    }

    private func forge(
        by client: ForgedClient, at member: UInt32?, _ proposals: [ProposalOrRef],
        _ joining: [ForgedClient], _ edits: CommitEdits
    ) -> ForgedHandshake {
        var next = NextEpoch(group, proposals, edits.resolving, committer: member)
        let index = member ?? next.tree.makeRoom()
        var commit = Commit(proposals: proposals, path: nil)
        if edits.hasPath {
            commit.path = path(by: client, at: index, &next, edits)
        }
        edits.commit(&commit)
        let tag = suite.hash.hash([3], group.context.epoch.encoded)
        let message = message(
            .commit(commit), from: member.map { .member(leaf: $0) } ?? .newMemberCommit,
            signedBy: client, tag: tag, edit: edits.content, editMessage: edits.message)

        var context = group.context
        context.epoch += 1
        context.extensions = next.extensions
        context.treeHash = next.tree.treeHash()
        context.confirmedTranscriptHash = TranscriptHash.confirmed(
            interim: group.interimTranscriptHash, commit: message.authenticatedContent, suite.hash)
        var info = GroupInfo(
            groupContext: context,
            extensions: [
                Extension(.externalPub, data: ExternalPub(publicKey: client.hpkeKey("pub")).encoded)
            ],
            confirmationTag: tag, signer: index, signature: [])
        edits.groupInfo(&info)
        if info.signature.isEmpty {
            info.signature = client.sign("GroupInfoTBS", info.toBeSigned)
        }
        return ForgedHandshake(
            input: GroupHandshake(
                message: MLSMessage.publicMessage(message).encoded,
                welcome: welcome(for: next.added, edits),
                groupInfo: MLSMessage.groupInfo(info).encoded, tree: next.tree.exchanged.encoded),
            joined: Array(zip(next.addedLeaves, joining)) + (member == nil ? [(index, client)] : [])
        )
    }

    /// An UpdatePath with made-up ciphertexts, laid over the tree.
    private func path(
        by client: ForgedClient, at index: UInt32, _ next: inout NextEpoch, _ edits: CommitEdits
    ) -> UpdatePath {
        let epoch = group.context.epoch
        let nodes = next.tree.filteredDirectPath(of: index)
        var keys = nodes.map { client.hpkeKey("path \(epoch) \($0.node.value)") }
        edits.keys(&keys)
        let ciphertexts = nodes.map { place in
            let added = Set(next.addedLeaves.map { NodeIndex(leaf: $0) })
            let recipients = next.tree.resolution(of: place.copath).filter { !added.contains($0) }
            return recipients.map { _ in
                HPKECiphertext(
                    kemOutput: client.hpkeKey("output"),
                    ciphertext: [UInt8](repeating: 4, count: 48))
            }
        }
        let parentHash = next.tree.setPath(keys, on: nodes, above: index, suite.hash)
        var leaf = client.leaf(.commit(parentHash: parentHash), key: "path leaf \(epoch)")
        edits.leaf(&leaf)
        if leaf.signature.isEmpty {
            leaf.signature = client.sign(
                "LeafNodeTBS", leaf.toBeSigned(groupID: group.context.groupID, leafIndex: index))
        }
        var path = UpdatePath(
            leafNode: leaf,
            nodes: zip(keys, ciphertexts).map {
                UpdatePathNode(encryptionKey: $0, encryptedPathSecrets: $1)
            })
        edits.path(&path)
        next.tree.set(.leaf(path.leafNode), at: NodeIndex(leaf: index))
        return path
    }

    private func welcome(for added: [KeyPackage], _ edits: CommitEdits) -> [UInt8]? {
        var welcome = Welcome(
            cipherSuite: CipherSuiteID(suite.rawValue),
            secrets: added.map {
                EncryptedGroupSecrets(
                    newMember: $0.reference(suite.hash),
                    encryptedGroupSecrets: HPKECiphertext(kemOutput: [5], ciphertext: [6]))
            },
            encryptedGroupInfo: [7])
        edits.welcome(&welcome)
        return welcome.secrets.isEmpty ? nil : MLSMessage.welcome(welcome).encoded
    }
}
