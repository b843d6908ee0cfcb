/// Which logs are trusted, and how many witnesses must have seen what they show (C2SP tlog-policy).
package struct TrustPolicy: Hashable, Sendable {
    /// Keys of logs. The name of each is the origin of its log's checkpoints.
    package var logs: [VerifierKey]
    /// Keys of witnesses, those that no quorum asks for among them.
    package var witnesses: [VerifierKey]
    package var quorum: Quorum

    package indirect enum Quorum: Hashable, Sendable {
        case witness(VerifierKey)
        case group(threshold: Int, members: [Quorum])

        /// No witness is asked for.
        package static let none = group(threshold: 0, members: [])

        /// Whether these witnesses are enough.
        package func isMet(by witnesses: Set<VerifierKey>) -> Bool {
            switch self {
            case .witness(let key): witnesses.contains(key)
            case .group(let threshold, let members):
                members.count { $0.isMet(by: witnesses) } >= threshold
            }
        }
    }

    /// Trusts logs; `quorum` names no witness that is not in `witnesses`.
    package init(
        logs: [VerifierKey], witnesses: [VerifierKey] = [], quorum: Quorum = .none
    ) {
        self.logs = logs
        self.witnesses = witnesses
        self.quorum = quorum
    }

    /// Why a checkpoint is not trusted.
    package enum Refusal: Error, Hashable, Sendable {
        /// No log of the policy has the checkpoint's origin.
        case unknownLog(NoteLine)
        case note(SignedNote.Refusal)
        /// Too few witnesses, or the wrong ones, signed.
        case quorumMissed
    }

    /// The only way to a ``VerifiedCheckpoint``.
    package func verify(
        _ signed: SignedCheckpoint
    ) throws(Refusal) -> VerifiedCheckpoint {
        let origin = signed.checkpoint.origin
        let logs = logs.filter { $0.name == origin }
        guard !logs.isEmpty else { throw .unknownLog(origin) }
        let found: [(key: VerifierKey, signature: NoteSignature)]
        do throws(SignedNote.Refusal) {
            found = try signed.note.signatures(by: logs + witnesses)
        } catch {
            throw .note(error)
        }
        guard let log = found.first(where: { logs.contains($0.key) })?.key else {
            throw .note(.unsigned)
        }
        var times: [VerifierKey: UInt64] = [:]
        for (key, signature) in found {
            guard let time = (try? TimestampedSignature(parsing: signature.bytes))?.time,
                key.type == .cosignature
            else { continue }
            times[key] = max(times[key] ?? 0, time)
        }
        guard quorum.isMet(by: Set(times.keys)) else { throw .quorumMissed }
        return VerifiedCheckpoint(checkpoint: signed.checkpoint, log: log, cosignatures: times)
    }
}

/// A checkpoint that a ``TrustPolicy`` trusts.
package struct VerifiedCheckpoint: Hashable, Sendable {
    package let checkpoint: Checkpoint
    /// The log's key that signed it.
    package let log: VerifierKey
    /// The witnesses which signed it and when, as they say: seconds since 1970-01-01 UTC. Times in the future
    /// are for the caller to judge.
    package let cosignatures: [VerifierKey: UInt64]

    fileprivate init(
        checkpoint: Checkpoint, log: VerifierKey, cosignatures: [VerifierKey: UInt64]
    ) {
        self.checkpoint = checkpoint
        self.log = log
        self.cosignatures = cosignatures
    }

    package var head: TreeHead { checkpoint.head }
}
