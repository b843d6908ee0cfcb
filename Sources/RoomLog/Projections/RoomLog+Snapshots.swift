import EventLog
import LMDBStore
import PresentationLanguage
import RoomState

/// Snapshots: where folding may start. Each is of a record, and is used only if it leads to the state
/// hash of that record's envelope.
extension RoomLog {
    /// Keeps the state of a room after its latest record, or after that of a global sequence; returns that
    /// record. Nil if there is none.
    @discardableResult
    package func snapshot(
        _ room: Room, through end: UInt64? = nil
    ) async throws(RoomLogError) -> Position? {
        guard let folded = try fold(room, through: end) else { return nil }
        do {
            try await log.keep(
                Snapshot(
                    of: folded.last, encoding: UInt16(StateParts.format), folded.state.encoded),
                ofRoom: room.number, at: folded.last.roomSeq)
        } catch {
            throw .store(error)
        }
        return folded.last
    }

    /// The state of a room after a record, if a snapshot of it is kept; throws where that does not hold.
    package func snapshotState(of record: Envelope) throws -> RecordedState? {
        guard let found = try log.snapshot(ofRoom: record.room, at: record.roomSeq),
            found.snapshot.encoding == UInt16(StateParts.format)
        else { return nil }
        return try RecordedState(
            encoded: found.snapshot.bytes, expecting: record.stateHash, profile, services)
    }

    /// The newest snapshot of a room up to a global sequence that can be used; `findings` tell of those
    /// that can't.
    func newestSnapshot(
        of room: Room, through end: UInt64?, _ findings: inout [ProjectionFinding]
    ) throws(RoomLogError) -> FoldedRoom? {
        let places: [UInt64]
        do {
            places = try log.snapshotPlaces(ofRoom: room.number)
        } catch {
            throw .store(error)
        }
        for place in places.reversed() {
            let key = room.number.encoded + place.encoded
            do {
                guard let found = try log.snapshot(ofRoom: room.number, at: place) else { continue }
                if let end, found.record.gseq > end { continue }
                guard found.snapshot.encoding == UInt16(StateParts.format) else {
                    throw DecodingError(
                        .invalidValue(
                            field: "encoding", value: UInt64(found.snapshot.encoding)), at: 0)
                }
                let state = try RecordedState(
                    encoded: found.snapshot.bytes, expecting: found.record.stateHash, profile,
                    services)
                return FoldedRoom(uri: room.row.uri, state: state, last: found.record)
            } catch {
                findings.append(
                    ProjectionFinding(
                        "snap", key, expected: "the state after record \(place) of the room",
                        actual: "\(error)"))
            }
        }
        return nil
    }
}
