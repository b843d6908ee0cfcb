import EventLog
import LMDBStore

/// What is kept beside the records, compared with them.
extension RoomLog {
    /// The room's row and the look-up by its URI.
    package func checkIndexes(of room: Room, _ folded: FoldedRoom) throws(RoomLogError) {
        let last = folded.last
        let row = room.row
        guard row.status == folded.state.status.rawValue, row.roomSeq == last.roomSeq,
            row.gseq == last.gseq, row.timeMs == last.timeMs, row.epoch == last.epoch,
            row.chainHead == last.hash, row.stateHash == last.stateHash
        else {
            throw .inconsistent(gseq: last.gseq, what: "the room's row says something else")
        }
        let found: Room?
        do {
            found = try log.room(uri: row.uri)
        } catch {
            throw .store(error)
        }
        guard found?.number == room.number else {
            throw .inconsistent(gseq: last.gseq, what: "the room is not found by its URI")
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
