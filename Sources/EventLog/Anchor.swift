import LMDBStore
import TransparencyLog

/// A file beside a store that says which tree was signed last, so that a store that was put back, or
/// exchanged for another, signs no second history.
///
/// It holds the text of that checkpoint (C2SP tlog-checkpoint), without signatures. Keep it on another
/// disk than the store's backups.
package struct Anchor: Hashable, Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// The anchor of a store unless another one is named: beside its directory.
    package static func beside(store path: String) -> Anchor {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return Anchor(path: path + ".anchor")
    }

    /// What was signed last; nil where nothing was.
    package func read() throws(AnchorError) -> Checkpoint? {
        let bytes: [UInt8]
        do throws(StoreError) {
            bytes = try FileSystem.contents(of: path, limit: 1 << 16)
        } catch {
            if case .notFound = error.reason { return nil }
            throw .store(error)
        }
        do throws(TextError) {
            return try Checkpoint(parsing: bytes)
        } catch {
            throw .damaged("\(path): \(error)")
        }
    }

    /// Returns when it is on the disk.
    func write(_ checkpoint: Checkpoint) throws(AnchorError) {
        do throws(StoreError) {
            try FileSystem.replace(path, with: checkpoint.text)
        } catch {
            throw .store(error)
        }
    }
}

/// Why a log is not signed.
package enum AnchorError: Error, Hashable, Sendable {
    case store(StoreError)
    /// The anchor can't be read as one.
    case damaged(String)
    /// The key, or the anchor, is of another log.
    case otherLog(String)
    /// The log has fewer records than were signed: it was rolled back.
    case behind(signed: UInt64, size: UInt64)
    /// The log's tree of that size is another than was signed: it is another history.
    case beside(signed: TreeHead, found: TreeHead)
    /// The key does not sign.
    case key
    /// A signature is not of the key that it names, or none is of a known key.
    case signature
}

extension AnchorError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .store(let error): "\(error)"
        case .damaged(let what): "the anchor is damaged: \(what)"
        case .otherLog(let name): "the key or the anchor is of \(name)"
        case .behind(let signed, let size):
            "the log was rolled back: \(signed) records were signed, and it has \(size)"
        case .beside(let signed, let found):
            "the log is another: root \(signed.root) of \(signed.size) records was signed, "
                + "and it has \(found.root)"
        case .key: "the key does not sign"
        case .signature: "a signature is not of a known key"
        }
    }
}

extension EventLog {
    /// The log as it is now, signed and kept.
    ///
    /// - Parameter time: seconds since 1970-01-01 UTC, for keys whose signatures say when.
    package func signCheckpoint(
        with key: SignerKey, anchor: Anchor, at time: UInt64
    ) async throws(AnchorError) -> SignedCheckpoint {
        guard key.verifier.name.description == meta.origin else {
            throw .otherLog("\(key.verifier.name)")
        }
        let signed = try anchored(anchor, key, time)
        let head = signed.checkpoint.head
        do throws(StoreError) {
            let known = try checkpoints(from: head.size).elements.first
            // Cosignatures of witnesses are not lost when the same tree is signed again.
            if let known, known.size == head.size, known.root == head.root,
                let note = try? SignedCheckpoint(parsing: known.note),
                (try? note.note.signatures(by: [key.verifier])) != nil
            {
                return note
            }
            try await keep(
                StoredCheckpoint(size: head.size, root: head.root, note: signed.encoded))
        } catch {
            throw .store(error)
        }
        return signed
    }

    /// Keeps signatures of witnesses with the checkpoint that they are of; nil if it is not of this log.
    package func add(
        _ signatures: [NoteSignature], by witnesses: [VerifierKey], toCheckpointOf size: UInt64
    ) async throws(AnchorError) -> SignedCheckpoint? {
        do {
            guard let known = try checkpoints(from: size).elements.first, known.size == size,
                var signed = try? SignedCheckpoint(parsing: known.note)
            else { return nil }
            try signed.add(signatures, by: witnesses)
            try await keep(
                StoredCheckpoint(size: known.size, root: known.root, note: signed.encoded))
            return signed
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .signature
        }
    }

    /// Moves the anchor on, and only then signs.
    private func anchored(
        _ anchor: Anchor, _ key: SignerKey, _ time: UInt64
    ) throws(AnchorError) -> SignedCheckpoint {
        try anchoring.withLock { (_) throws(AnchorError) in
            let current: TreeHead
            do throws(StoreError) {
                current = try head().frontier.head
            } catch {
                throw AnchorError.store(error)
            }
            try check(current, follows: try anchor.read())
            let checkpoint = Checkpoint(origin: key.verifier.name, head: current)
            try anchor.write(checkpoint)
            var signed = SignedCheckpoint(checkpoint)
            do {
                try signed.sign(with: key, at: time)
            } catch {
                throw AnchorError.key
            }
            return signed
        }
    }

    private func check(
        _ current: TreeHead, follows last: Checkpoint?
    ) throws(AnchorError) {
        guard let last else { return }
        guard last.origin.description == meta.origin else {
            throw .otherLog(last.origin.description)
        }
        guard last.head.size <= current.size else {
            throw .behind(signed: last.head.size, size: current.size)
        }
        let found: TreeHead?
        do throws(StoreError) {
            found = try treeHead(ofSize: last.head.size)
        } catch {
            throw .store(error)
        }
        if let found, found != last.head { throw .beside(signed: last.head, found: found) }
    }
}
