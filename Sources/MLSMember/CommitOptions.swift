import MLSMessages

/// What a commit is to hold.
package struct CommitOptions: Sendable {
    /// Proposals that the commit carries itself, after those that it names.
    package var proposals: [Proposal] = []
    /// The proposals that it names; nil for all that wait but the committer's own Updates.
    package var references: [[UInt8]]?
    /// Whether it has a path; nil for one where RFC 9420 §12.4 demands it.
    package var path: Bool? = true
    /// Who the committer is from the new epoch on, if not who it was; takes a path.
    package var identity: Client?
    /// Whether the GroupInfo inside the Welcome carries the ratchet tree.
    package var treeInWelcome = true
    package var framing = Framing()
    /// The time in milliseconds since the Unix epoch; nil leaves out lifetimes.
    package var now: UInt64?

    package init(_ proposals: [Proposal] = []) {
        self.proposals = proposals
    }
}

/// A commit of one's own, which counts when it was accepted.
package struct MadeCommit: Sendable {
    package let message: MLSMessage
    /// For the clients that it adds; nil if there are none.
    package let welcome: Welcome?
    /// Of the new epoch, without the tree.
    package let groupInfo: GroupInfo
    /// The committer in the new epoch.
    package let next: Member
}
