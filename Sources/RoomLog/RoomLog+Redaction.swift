import EventLog
import LMDBStore
import RoomState

/// Taking payloads away (promise 5): the envelopes stay, and with them the chain and every proof; what was
/// said is gone.
extension RoomLog {
    /// Redacts the records of a room from one place in it to another, and records that and why. The state
    /// after the last of them is kept as a snapshot, so that the room can be folded from there on.
    ///
    /// What the snapshot says is not gone: to forget that, redact up to a record after which the state does not
    /// say it any more. Bytes of the payloads are in free pages of the file until the store is compacted.
    ///
    /// Throws `.notRedactable` for a proposal that still waits: its message is needed.
    package func redact(
        _ places: ClosedRange<UInt64>, of room: Room, because reason: String, time: UInt64
    ) async throws(RoomLogError) -> Position {
        guard let latest = try fold(room) else { throw .redacted(gseq: room.row.gseq) }
        let last = try storing { () throws(StoreError) in
            try log.envelope(ofRoom: room.number, at: places.upperBound)
        }
        guard latest.state.group.pending.list.isEmpty || last.epoch < latest.last.epoch else {
            throw .notRedactable(gseq: last.gseq, why: "a proposal of this epoch waits")
        }
        guard try await snapshot(room, through: last.gseq) == last else {
            throw .notRedactable(gseq: last.gseq, why: "the state after it is not known")
        }
        for place in places where place < places.upperBound {
            do throws(StoreError) {
                try await log.dropSnapshots(ofRoom: room.number, at: place)
            } catch {
                throw .store(error)
            }
        }
        return try await append(
            redacting: places, because: reason, after: latest.last, leading: latest.state,
            time: max(time, latest.last.timeMs))
    }

    /// What `body` returns, with its error as one of a room's.
    private func storing<T>(
        _ body: () throws(StoreError) -> T
    ) throws(RoomLogError) -> T {
        do {
            return try body()
        } catch {
            throw .store(error)
        }
    }
}
