import EventLog
import LMDBStore
import RoomLog
import RoomState

extension Hub {
    /// Puts the rows that follow from the states of the rooms: who takes part where, which rooms are
    /// children, which have fixed membership. A restored log without its last records needs them anew;
    /// it must not be open elsewhere.
    package static func putRowsFromRecords(in rooms: RoomLog) async throws(RoomLogError) {
        for found in try rooms.all() {
            guard let room = try rooms.fold(found)?.state.room else { continue }
            let uri = room.settings.room.bytes
            var rows = SideRows()
            for participant in room.effective.participants.participants {
                Participation(room: uri).note(.participantAdded(participant), in: &rows)
            }
            ChildRooms.note(room, before: nil, in: &rows)
            if room.status != .closed, let key = FixedRooms.key(room.effective) {
                rows.put(uri, for: key, on: .fixedRoom)
            }
            do {
                try await rooms.log.write(rows)
            } catch {
                throw .store(error)
            }
        }
    }
}
