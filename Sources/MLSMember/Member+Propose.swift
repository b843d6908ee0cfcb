import MLSCrypto
import MLSMessages
import MLSPublicGroup

/// A proposal of one's own, which counts when it was accepted.
package struct MadeProposal: Sendable {
    package let message: MLSMessage
    /// How a commit names it.
    package let reference: [UInt8]
    let content: AuthenticatedContent
    let update: OwnUpdate?
}

/// How a handshake message is framed.
package struct Framing: Sendable {
    package var wireFormat = WireFormat.publicMessage
    package var authenticatedData: [UInt8] = []
    /// Zero bytes after the content of a PrivateMessage.
    package var padding = 0

    package init(_ wireFormat: WireFormat = .publicMessage, authenticatedData: [UInt8] = []) {
        self.wireFormat = wireFormat
        self.authenticatedData = authenticatedData
    }
}

extension Member {
    /// Makes a proposal; see ``accept(_:now:)``.
    package mutating func propose(
        _ proposal: Proposal, _ framing: Framing = Framing()
    ) throws -> MadeProposal {
        try propose(proposal, framing, nil)
    }

    /// Makes an Update of this member's leaf, perhaps with a new identity.
    package mutating func proposeUpdate(
        as identity: Client? = nil, _ framing: Framing = Framing()
    ) throws -> MadeProposal {
        let update = OwnUpdate(
            client: identity ?? client, leafKey: try random.keyPair(suite.kem))
        let leaf = try update.client.leaf(
            .update, key: update.leafKey.publicKey, groupID: group.context.groupID, at: leafIndex)
        return try propose(.update(leaf), framing, update)
    }

    private mutating func propose(
        _ proposal: Proposal, _ framing: Framing, _ update: OwnUpdate?
    ) throws -> MadeProposal {
        let content = try sign(.proposal(proposal), framing)
        return MadeProposal(
            message: try protect(content, padding: framing.padding),
            reference: content.proposalReference(suite.hash), content: content, update: update)
    }

    /// Takes an own proposal that was accepted, as every other member does. `now` is in milliseconds
    /// since the Unix epoch; nil leaves out lifetimes.
    package mutating func accept(_ made: MadeProposal, now: UInt64? = nil) throws {
        let handshake = try group.authenticate(unprotected: made.content, profile)
        queue(try group.judge(proposal: handshake, now: now, profile), made.update)
    }

    /// Encrypts application data (RFC 9420 §15).
    package mutating func encrypt(
        _ data: [UInt8], authenticatedData: [UInt8] = [], padding: Int = 0
    ) throws -> MLSMessage {
        let content = try sign(
            .application(data), Framing(.privateMessage, authenticatedData: authenticatedData))
        return try protect(content, padding: padding)
    }

    private func sign(
        _ body: FramedContent.Body, _ framing: Framing
    ) throws -> AuthenticatedContent {
        // RFC 9420 §12.4.2
        guard group.reInit == nil || !profile.enforcement.holds(.reInitialized) else {
            throw MemberError.unexpected("a message after the commit of a ReInit")
        }
        let content = FramedContent(
            groupID: group.context.groupID, epoch: epoch, sender: .member(leaf: leafIndex),
            authenticatedData: framing.authenticatedData, body: body)
        return try client.signed(
            content, as: framing.wireFormat, context: group.context.encoded)
    }
}
