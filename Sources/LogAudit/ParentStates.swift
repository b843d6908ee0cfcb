import EventLog
import LMDBStore
import RoomLog
import RoomPolicy
import RoomState

/// The rooms that a room looked at as parents, as they were then. A parent is folded on from where it was
/// looked at last.
struct ParentStates {
    private struct Parent {
        let room: Room
        var state: RecordedState?
        /// The place of the record that follows.
        var next: UInt64 = 0
        var sequence: UInt64 = 0
    }

    private let rooms: RoomLog
    private var parents: [UInt64: Parent] = [:]

    init(_ rooms: RoomLog) {
        self.rooms = rooms
    }

    /// What was read of parents for a record; a reading of a time to come, or of what can't be read, is
    /// left out, and the decision is another.
    mutating func states(
        _ readings: [ParentReading], before record: Record
    ) -> ParentRooms {
        var states: ParentRooms = []
        for reading in readings where reading.sequence < record.envelope.gseq {
            guard let room = try? state(of: reading)?.room else { continue }
            states.append((reading, room.effective.participants))
        }
        return states
    }

    private mutating func state(
        of reading: ParentReading
    ) throws -> RecordedState? {
        guard let room = try rooms.room(reading.room) else { return nil }
        var parent = parents[room.number] ?? Parent(room: room)
        if reading.sequence < parent.sequence { parent = Parent(room: room) }
        defer { parents[room.number] = parent }
        var isBefore = true
        while isBefore {
            let page = try rooms.log.records(ofRoom: room.number, from: parent.next, limit: 100)
            isBefore = !page.elements.isEmpty
            for record in page.elements where isBefore {
                isBefore = record.envelope.gseq <= reading.sequence
                guard isBefore else { break }
                parent.state = try rooms.fold(record, into: parent.state)
                parent.next += 1
                parent.sequence = record.envelope.gseq
            }
        }
        return parent.state
    }
}
