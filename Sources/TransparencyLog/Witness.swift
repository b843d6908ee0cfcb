/// What a witness knows, and how it answers logs (C2SP tlog-witness). It signs nothing itself: whoever
/// asks makes the new value durable first, and signs then.
package struct Witness: Hashable, Sendable {
    /// Keys of the logs that are followed; the name of each is its log's origin.
    package let logs: [VerifierKey]
    /// By origin, the head that was answered with ``Answer/cosign(_:)`` last.
    package private(set) var heads: [NoteLine: TreeHead]

    package init(logs: [VerifierKey], heads: [NoteLine: TreeHead] = [:]) {
        self.logs = logs
        self.heads = heads
    }

    package enum Answer: Hashable, Sendable {
        /// The text of this checkpoint is to be signed, once the witness is durable.
        case cosign(Checkpoint)
        /// The checkpoint is older than the size that its proof starts at.
        case oldSizeTooLarge
        /// No key of the log signed, or a signature of it is wrong.
        case unsigned
        case unknownLog
        /// The proof does not start at the size that was signed last, which is given.
        case otherSize(UInt64)
        /// The checkpoint has the size that was signed last, and another root: the log shows two histories.
        case otherRoot(UInt64)
        /// The proof does not lead from the last head to this one.
        case inconsistent

        /// HTTP status code.
        package var status: Int {
            switch self {
            case .cosign: 200
            case .oldSizeTooLarge: 400
            case .unsigned: 403
            case .unknownLog: 404
            case .otherSize, .otherRoot: 409
            case .inconsistent: 422
            }
        }
    }

    /// Judges a request. With ``Answer/cosign(_:)`` the checkpoint becomes the log's last head; with
    /// every other answer nothing changes.
    package mutating func judge(_ request: AddCheckpoint) -> Answer {
        let checkpoint = request.signed.checkpoint
        let keys = logs.filter { $0.name == checkpoint.origin }
        guard !keys.isEmpty else { return .unknownLog }
        guard (try? request.signed.note.signatures(by: keys)) != nil else { return .unsigned }
        guard request.oldSize <= checkpoint.head.size else { return .oldSizeTooLarge }
        let last = heads[checkpoint.origin] ?? .empty
        guard request.oldSize == last.size else { return .otherSize(last.size) }
        guard checkpoint.head.size > last.size || checkpoint.head.root == last.root else {
            return .otherRoot(last.size)
        }
        guard request.proof.verifies(from: last, to: checkpoint.head) else {
            return .inconsistent
        }
        heads[checkpoint.origin] = checkpoint.head
        return .cosign(checkpoint)
    }
}
