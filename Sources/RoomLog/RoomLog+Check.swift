import EventLog
import LMDBStore

/// What is kept beside the records, compared with them.
extension RoomLog {
    /// The room's row and the look-up by its URI.
    package func checkIndexes(of room: Room, _ folded: FoldedRoom) throws(RoomLogError) {
        if !room.row.tells(folded) {
            // A hub beside may have added records since the row was read.
            let earlier =
                try current(room.number)?.row == room.row
                ? nil : replay(room, through: room.row.gseq)
            guard let earlier, room.row.tells(earlier) else {
                throw .inconsistent(
                    gseq: folded.last.gseq, what: "the room's row says something else")
            }
        }
        let found: Room?
        do {
            found = try log.room(uri: room.row.uri)
        } catch {
            throw .store(error)
        }
        guard found?.number == room.number else {
            throw .inconsistent(
                gseq: folded.last.gseq, what: "the room is not found by its URI")
        }
    }

    private func current(_ number: UInt64) throws(RoomLogError) -> Room? {
        do {
            return try log.room(number)
        } catch {
            throw .store(error)
        }
    }

    /// The head: time and Merkle tree of all records.
    package func checkHead() throws(RoomLogError) {
        do {
            try log.checkHead()
        } catch {
            throw .store(error)
        }
    }
}

extension RoomRow {
    /// Whether it is the row of a room after its last folded record.
    fileprivate func tells(_ folded: FoldedRoom) -> Bool {
        let last = folded.last
        return status == folded.state.status.rawValue && roomSeq == last.roomSeq
            && gseq == last.gseq && timeMs == last.timeMs && epoch == last.epoch
            && chainHead == last.hash && stateHash == last.stateHash
    }
}
