import MLSMessages

/// A proposal or commit whose framing and signature were checked against the group's current epoch
/// (D-1 to D-7). Only ``PublicGroup/authenticate(_:_:)`` makes one, and its form for members.
package struct AuthenticatedHandshake: Sendable {
    package let content: AuthenticatedContent

    /// Only for the check itself.
    init(checked content: AuthenticatedContent) {
        self.content = content
    }

    package var sender: Sender { content.content.sender }

    /// The proposal, where this is one.
    package var proposal: Proposal? {
        if case .proposal(let proposal) = content.content.body { proposal } else { nil }
    }

    /// The commit, where this is one.
    package var commit: Commit? {
        if case .commit(let commit) = content.content.body { commit } else { nil }
    }
}
