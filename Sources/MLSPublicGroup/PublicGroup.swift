import MLSCrypto
import MLSMessages
import PresentationLanguage
import RuleBook

/// The public side of an MLS group at an epoch: all that someone outside the group can know of it
/// (RFC 9420 §8.1), and the proposals that wait for a commit.
///
/// A group starts from a GroupInfo and a ratchet tree (``init(importing:tree:_:)``). Messages
/// are judged against it without changing it; what was accepted is then applied.
package struct PublicGroup: Sendable {
    package let suite: CipherSuite
    package private(set) var context: GroupContext
    package private(set) var interimTranscriptHash: [UInt8]
    package private(set) var confirmationTag: [UInt8]
    package private(set) var tree: RatchetTree
    package private(set) var pending: PendingProposals
    /// The ReInit that closed the group, if one did.
    package private(set) var reInit: ReInit?
    /// The parts of the latest GroupInfo that are not derived from the state.
    package private(set) var groupInfo: GroupInfoParts?
    /// The key packages that were added since the import.
    package private(set) var usedKeyPackages: UsedKeyPackages
    /// ``context``, encoded: what the signatures of members cover.
    private(set) var encodedContext: [UInt8]
    package private(set) var extensions: ContextExtensions

    /// Of what was validated already; see ``init(importing:tree:_:)`` and ``init(_:tree:_:)``.
    init(
        suite: CipherSuite, context: GroupContext, extensions: ContextExtensions,
        confirmationTag: [UInt8], tree: RatchetTree, groupInfo: GroupInfoParts?,
        pending: PendingProposals = PendingProposals(), reInit: ReInit? = nil,
        usedKeyPackages: UsedKeyPackages? = nil
    ) {
        self.suite = suite
        self.context = context
        self.extensions = extensions
        self.confirmationTag = confirmationTag
        self.tree = tree
        self.groupInfo = groupInfo
        self.pending = pending
        self.reInit = reInit
        self.usedKeyPackages = usedKeyPackages ?? UsedKeyPackages(suite.hash)
        encodedContext = context.encoded
        interimTranscriptHash = TranscriptHash.interim(
            confirmed: context.confirmedTranscriptHash, tag: confirmationTag, suite.hash)
    }

    /// Adds an accepted proposal to those that wait.
    package mutating func apply(_ proposal: PendingProposal) {
        pending.append(proposal)
    }

    /// Takes proposals out that waited.
    package mutating func void(_ references: Set<[UInt8]>) {
        pending.remove(references)
    }

    /// Moves to the next epoch. The change must have been staged on this very state, or recorded
    /// after it; one that was not is refused, and the group is of no use any more.
    package mutating func apply(
        _ change: GroupChange, _ profile: GroupProfile
    ) throws(Refusal) {
        guard change.tree.justifiesWidth(from: tree.width) else {
            throw Refusal(
                .treeShape, "tree", expected: "\(tree.width) leaves", found: "\(change.tree.width)")
        }
        if let list = change.extensions {
            extensions = try ContextExtensions(list, profile)
            context.extensions = list
        }
        tree.apply(change.tree)
        try profile.enforcement.require(
            .groupContext, tree.treeHash == change.treeHash, "tree hash",
            expected: hex(change.treeHash), found: hex(tree.treeHash))
        context.epoch = change.epoch
        context.treeHash = change.treeHash
        context.confirmedTranscriptHash = change.confirmedTranscriptHash
        encodedContext = context.encoded
        confirmationTag = change.confirmationTag
        interimTranscriptHash = TranscriptHash.interim(
            confirmed: change.confirmedTranscriptHash, tag: change.confirmationTag, suite.hash)
        pending = PendingProposals()
        reInit = change.reInit
        groupInfo = change.groupInfo
        usedKeyPackages.append(change.keyPackages)
    }
}

/// The transcript hashes (RFC 9420 §8.2).
package enum TranscriptHash {
    /// `confirmed_transcript_hash` of the epoch that a commit starts.
    package static func confirmed(
        interim: [UInt8], commit: AuthenticatedContent, _ hash: HashAlgorithm
    ) -> [UInt8] {
        hash.hash(interim, commit.confirmedTranscriptHashInput)
    }

    /// `interim_transcript_hash` of an epoch, from the tag of the commit that started it.
    package static func interim(
        confirmed: [UInt8], tag: [UInt8], _ hash: HashAlgorithm
    ) -> [UInt8] {
        var input = Writer()
        input.write(opaque: tag)
        return hash.hash(confirmed, input.bytes)
    }
}
