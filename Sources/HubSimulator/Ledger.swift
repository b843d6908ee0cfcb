import EventLog
import MLSCrypto
import TransparencyLog

/// What the hub acknowledged, as somebody outside keeps it: it must stay as it is.
struct Ledger {
    /// One record, when its acknowledgement came.
    struct Entry {
        let sequence: UInt64
        let room: String
        let time: UInt64
        /// The hash of its envelope, which covers all of it.
        let hash: Digest32
    }

    private(set) var entries: [Entry] = []
    private var leaves: [Digest32] = []
    private var latest: [String: Digest32] = [:]

    var root: Digest32 { Self.root(leaves[...]) }
    var size: UInt64 { UInt64(entries.count) }

    /// A record that was acknowledged just now: the next one of the log, after its room's last.
    mutating func note(_ record: Record, of room: String) throws {
        let envelope = record.envelope
        guard envelope.gseq == size else {
            throw SimulationError("record \(envelope.gseq) where \(size) should be")
        }
        guard envelope.previous == latest[room] ?? .zero else {
            throw SimulationError("record \(envelope.gseq) does not follow the room's last one")
        }
        latest[room] = envelope.hash
        entries.append(
            Entry(sequence: size, room: room, time: envelope.timeMs, hash: envelope.hash))
        leaves.append(MerkleFrontier.leafHash(envelope.leafData))
    }

    /// That the log holds what was acknowledged, in its order, and nothing else.
    func check(_ log: EventLog, all: Bool) throws {
        let head = try log.head()
        guard head.nextSequence == size else {
            throw SimulationError("\(head.nextSequence) records of \(size) acknowledged ones")
        }
        guard head.frontier.root == root else {
            throw SimulationError("the root is not that of what was acknowledged")
        }
        guard all else { return }
        for entry in entries {
            guard let record = try log.record(at: entry.sequence),
                record.envelope.hash == entry.hash
            else { throw SimulationError("record \(entry.sequence) is another one") }
        }
    }

    /// MTH of RFC 6962 §2.1, as it is written there.
    private static func root(_ leaves: ArraySlice<Digest32>) -> Digest32 {
        if leaves.count < 2 { return leaves.first ?? SHA256.hash([]) }
        var left = 1
        while left * 2 < leaves.count { left *= 2 }
        let middle = leaves.startIndex + left
        return SHA256.hash([1], root(leaves[..<middle]).bytes, root(leaves[middle...]).bytes)
    }
}
