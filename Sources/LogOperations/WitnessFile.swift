import LMDBStore
import TransparencyLog

/// What a witness cosigned last of each log, in a file: one checkpoint after another, as the texts of C2SP
/// tlog-checkpoint, each followed by an empty line.
package struct WitnessFile: Sendable {
    private let path: String

    package init(at path: String) {
        self.path = path
    }

    package enum Problem: Error, Sendable {
        case store(StoreError)
        case damaged
        /// The key does not sign.
        case key
    }

    /// Judges a request (C2SP tlog-witness): what is cosigned is on the disk before it is signed. Nil
    /// where it is not; the answer says why.
    ///
    /// - Parameter time: seconds since 1970-01-01 UTC.
    package func answer(
        _ request: AddCheckpoint, logs: [VerifierKey], with key: SignerKey, at time: UInt64
    ) throws(Problem) -> (answer: Witness.Answer, signature: NoteSignature?) {
        var witness = Witness(logs: logs, heads: try heads())
        let answer = witness.judge(request)
        guard case .cosign(let checkpoint) = answer else { return (answer, nil) }
        try write(witness.heads)
        do {
            return (answer, try key.sign(checkpoint.text, at: time))
        } catch {
            throw .key
        }
    }

    private func heads() throws(Problem) -> [NoteLine: TreeHead] {
        let bytes: [UInt8]
        do throws(StoreError) {
            bytes = try FileSystem.contents(of: path, limit: 1 << 20)
        } catch {
            if case .notFound = error.reason { return [:] }
            throw .store(error)
        }
        var heads: [NoteLine: TreeHead] = [:]
        var rest = bytes[...]
        while !rest.isEmpty {
            guard
                let end = rest.indices.dropLast().first(where: {
                    rest[$0] == UInt8(ascii: "\n") && rest[$0 + 1] == UInt8(ascii: "\n")
                }),
                let checkpoint = try? Checkpoint(parsing: Array(rest[...end])),
                heads.updateValue(checkpoint.head, forKey: checkpoint.origin) == nil
            else { throw .damaged }
            rest = rest[(end + 2)...]
        }
        return heads
    }

    private func write(_ heads: [NoteLine: TreeHead]) throws(Problem) {
        let texts = heads.map { Checkpoint(origin: $0.key, head: $0.value).text }
            .sorted { $0.lexicographicallyPrecedes($1) }
        do throws(StoreError) {
            try FileSystem.replace(path, with: texts.flatMap { $0 + Array("\n".utf8) })
        } catch {
            throw .store(error)
        }
    }
}
