import EventLog
import LMDBStore

/// Records by what they say. Times and epochs never fall within a room, so that some of its records
/// are enough to find one.
extension RoomLog {
    /// The sequence of a room's last record in an epoch; nil if it has none.
    package func lastRecord(
        of room: Room, inEpoch epoch: UInt64
    ) throws(RoomLogError) -> UInt64? {
        guard let found = try last(of: room, where: { $0.epoch <= epoch }), found.epoch == epoch
        else { return nil }
        return found.gseq
    }

    /// The sequence of a room's last record at or before a time in milliseconds since 1970.
    package func lastRecord(
        of room: Room, atTime time: UInt64
    ) throws(RoomLogError) -> UInt64? {
        try last(of: room, where: { $0.timeMs <= time })?.gseq
    }

    /// The last record of which something holds that holds of all before it.
    private func last(
        of room: Room, where holds: (Envelope) -> Bool
    ) throws(RoomLogError) -> Envelope? {
        var found: Envelope?
        var range = 0..<room.row.roomSeq + 1
        while !range.isEmpty {
            let middle = range.lowerBound + UInt64(range.count / 2)
            let record: Record?
            do {
                record = try log.records(ofRoom: room.number, from: middle, limit: 1).elements.first
            } catch {
                throw .store(error)
            }
            guard let envelope = record?.envelope else { return found }
            if holds(envelope) {
                found = envelope
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return found
    }
}
