import EventLog
import LMDBStore
import PresentationLanguage
import RoomState

/// A room as the store tells it, with how far the rows of its state are behind.
package struct OpenedRoom: Sendable {
    /// Where rows stand.
    struct Base: Hashable, Sendable {
        let gseq: UInt64
        let width: Int
    }

    package let folded: FoldedRoom
    /// Nil if there are no rows that can be used.
    let base: Base?
    /// The first record that the rows don't count in; nil if they count all in.
    let firstBehind: UInt64?
    /// Nil if all are.
    let changed: ChangedPlaces?
}

extension RoomLog {
    /// A room after its latest record: from the rows of its state and the records since, or, where these
    /// rows are missing or are not what they should be, as ``fold(_:through:)`` tells it.
    package func open(_ room: Room) throws(RoomLogError) -> OpenedRoom? {
        var findings: [ProjectionFinding] = []
        do {
            if let opened = try openRows(of: room) { return opened }
        } catch {
            findings.append(error)
        }
        guard var folded = try fold(room) else { return nil }
        folded.findings += findings
        return OpenedRoom(
            folded: folded, base: nil, firstBehind: folded.last.gseq, changed: nil)
    }

    private func openRows(of room: Room) throws(ProjectionFinding) -> OpenedRoom? {
        let rows: RoomRows
        do {
            guard let found = try log.roomRows(of: room.number) else { return nil }
            rows = found
        } catch {
            throw ProjectionFinding(
                .roomState, room.number.encoded, expected: "rows of the room",
                actual: "\(error)")
        }
        let (start, width) = try RoomStateRows.state(of: rows, in: room, self)
        var changed = ChangedPlaces()
        var firstBehind: UInt64?
        do {
            let folded = try fold(room, from: start) { record, events, state in
                firstBehind = firstBehind ?? record.gseq
                changed.note(events, in: state.group.tree)
            }
            guard let folded else { return nil }
            return OpenedRoom(
                folded: folded, base: OpenedRoom.Base(gseq: start.last.gseq, width: width),
                firstBehind: firstBehind, changed: changed)
        } catch {
            throw ProjectionFinding(
                .roomState, room.number.encoded,
                expected: "a state that the records after \(start.last.gseq) follow",
                actual: "\(error)")
        }
    }
}
