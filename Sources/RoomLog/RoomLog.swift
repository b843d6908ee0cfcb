import EventLog
import LMDBStore
import MLSCrypto
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState

/// Rooms in an event log: accepted inputs become records, and folding a room's records gives its
/// state again.
package struct RoomLog: Sendable {
    package let log: EventLog
    /// Of the groups that are no MIMI rooms.
    let profile: GroupProfile
    /// Of the MIMI rooms.
    package let services: RoomServices
    /// Held while rows of a room's state are written, which may take several transactions.
    let stateRows = AsyncLock()

    package init(
        _ log: EventLog, profile: GroupProfile, services: RoomServices = RoomServices()
    ) {
        self.log = log
        self.profile = profile
        self.services = services
    }

    /// What caused a record. Numbers are never used again.
    package enum RecordKind: UInt16, Sendable {
        /// A ``GroupGenesis``.
        case genesis = 1
        /// A ``GroupHandshake``.
        case handshake = 2
        /// A ``RoomFounding``.
        case founding = 3
        /// A ``RoomUpdate``.
        case update = 4
        /// The operator's word that the room is over; the evidence is the reason, as text.
        case closing = 5
        /// Of the hub itself: the log was restored, and is another one from here on.
        case fork = 6
        /// The operator's word that payloads were taken away; the evidence is the reason, as text.
        case redaction = 7

        /// The name in output.
        package var name: String { "\(self)" }
    }

    /// Version of the payload's evidence and of the events' structs.
    static let schema: UInt16 = 1

    /// Where a room's next record goes: nil for a room that does not exist yet.
    package typealias Position = Envelope

    /// Records what created a room. `state` is the room's after the events; `time` in milliseconds
    /// since the Unix epoch.
    package func create(
        uri: [UInt8], _ genesis: GroupGenesis, _ events: [RoomEvent], leading state: RoomState,
        time: UInt64
    ) async throws(RoomLogError) -> Position {
        try await append(
            to: .new(uri: uri), .genesis, genesis.evidence.encoded, events, leading: .group(state),
            time)
    }

    /// Records an accepted handshake after `last`, the room's latest record.
    package func append(
        _ handshake: GroupHandshake, _ events: [RoomEvent], after last: Position,
        leading state: RoomState, time: UInt64
    ) async throws(RoomLogError) -> Position {
        try await append(
            to: .existing(last.room, expecting: Expectation(last)), .handshake,
            handshake.evidence.encoded, events, leading: .group(state), time)
    }

    /// Records what founded a MIMI room.
    package func create(
        _ founding: RoomFounding, _ events: [RoomEvent], leading room: MIMIRoom, time: UInt64,
        sideRows: SideRows = SideRows()
    ) async throws(RoomLogError) -> Position {
        try await append(
            to: .new(uri: founding.settings.room.bytes), .founding, founding.evidence.encoded,
            events, leading: .room(room), time, sideRows: sideRows,
            InlineRows.changes(by: events, from: nil, to: room))
    }

    /// Records an accepted update of a MIMI room after `last`, the room's latest record, which led to
    /// `before`.
    package func append(
        _ update: RoomUpdate, _ events: [RoomEvent], after last: Position, from before: MIMIRoom,
        leading room: MIMIRoom, time: UInt64, sideRows: SideRows = SideRows()
    ) async throws(RoomLogError) -> Position {
        try await append(
            to: .existing(last.room, expecting: Expectation(last)), .update, update.evidence,
            from: update.source.bytes, events, leading: .room(room), time,
            answering: update.request, sideRows: sideRows,
            InlineRows.changes(by: events, from: before, to: room),
            isRelief: update.authority == .duty || room.isRelief(after: before))
    }

    /// Records that a room is over, and why.
    package func close(
        because reason: String, _ events: [RoomEvent], after last: Position, from before: MIMIRoom,
        leading room: MIMIRoom, time: UInt64, sideRows: SideRows = SideRows()
    ) async throws(RoomLogError) -> Position {
        try await append(
            to: .existing(last.room, expecting: Expectation(last)), .closing, Array(reason.utf8),
            events, leading: .room(room), time, sideRows: sideRows,
            InlineRows.changes(by: events, from: before, to: room))
    }

    /// Records that payloads are taken away, and takes them.
    func append(
        redacting places: ClosedRange<UInt64>, because reason: String, after last: Position,
        leading state: RecordedState, time: UInt64
    ) async throws(RoomLogError) -> Position {
        try await append(
            to: .existing(last.room, expecting: Expectation(last)), .redaction,
            Array(reason.utf8), [.payloadsRedacted(RedactedPlaces(places))], leading: state, time,
            redacts: places)
    }

    /// The record that answered the same update before (G-16).
    package func answer(
        to update: RoomUpdate, in room: UInt64
    ) throws(RoomLogError) -> Position? {
        do {
            return try log.answer(to: update.request, in: room)
        } catch {
            throw .store(error)
        }
    }

    private func append(
        to room: Append.Target, _ kind: RecordKind, _ evidence: [UInt8], from source: [UInt8] = [],
        _ events: [RoomEvent], leading state: RecordedState, _ time: UInt64,
        answering request: Digest32? = nil, sideRows: SideRows = SideRows(),
        _ projections: ProjectionChanges = ProjectionChanges(),
        redacts: ClosedRange<UInt64>? = nil, isRelief: Bool = false
    ) async throws(RoomLogError) -> Position {
        var item = Append(
            room: room, kind: kind.rawValue, schema: Self.schema, timeMs: time,
            epoch: state.group.context.epoch, stateHash: state.stateHash,
            status: state.status.rawValue,
            payload: Payload(source: source, evidence: evidence, events: events.map(Event.init)),
            request: request, sideRows: sideRows, projections: projections)
        item.redacts = redacts
        // Endings and redactions take something away, too.
        item.isRelief = isRelief || kind == .closing || kind == .redaction
        let outcome: AppendOutcome
        do {
            outcome = try await log.append(item)
        } catch {
            throw .store(error)
        }
        switch outcome {
        case .appended(let envelope): return envelope
        case .repeated(let envelope): throw .repeated(gseq: envelope.gseq)
        case .conflict(let conflict): throw .conflict(conflict)
        }
    }
}

extension MIMIRoom {
    /// Whether fewer clients or users are in the room than before, or will be, or more are banned, and
    /// there are no more of the others.
    fileprivate func isRelief(after before: MIMIRoom) -> Bool {
        let (now, then) = (sizes, before.sizes)
        let banned = effective.participants.bannedCount > before.effective.participants.bannedCount
        return zip(now, then).allSatisfy { $0 <= $1 } && (now != then || banned)
    }

    /// Clients that are there, and will be, and users that will be.
    private var sizes: [Int] {
        let list = effective.participants
        return [
            committedLeaves.total, effectiveLeaves.total,
            list.participants.count - list.bannedCount,
        ]
    }
}

extension Expectation {
    /// That a record is still the room's latest.
    fileprivate init(_ last: Envelope) {
        self.init(roomSeq: last.roomSeq, stateHash: last.stateHash, epoch: last.epoch)
    }
}

extension Event {
    fileprivate init(_ event: RoomEvent) {
        self.init(type: event.kind.rawValue, schema: RoomLog.schema, body: event.body)
    }
}

extension RoomLog {
    /// The room of a URI.
    package func room(_ uri: [UInt8]) throws(RoomLogError) -> Room? {
        do {
            return try log.room(uri: uri)
        } catch {
            throw .store(error)
        }
    }

    /// The id of the group that a room started with.
    package func groupID(of room: Room) throws(RoomLogError) -> [UInt8]? {
        let first: Record?
        do {
            first = try log.records(ofRoom: room.number, from: 0, limit: 1).elements.first
        } catch {
            throw .store(error)
        }
        guard let first else { return nil }
        guard first.payload != nil else {
            // A room goes on with the group that it started with.
            return try fold(room)?.state.group.context.groupID
        }
        for case .groupImported(let event) in try Self.events(of: first) {
            return event.context.groupID
        }
        return nil
    }

    /// The records of a room's current epoch, from the one on that led to it.
    package func recordsOfEpoch(_ room: Room) throws(RoomLogError) -> [Record] {
        var records: [Record] = []
        var roomSeq: UInt64? = room.row.roomSeq
        do {
            while let place = roomSeq,
                let record = try log.records(ofRoom: room.number, from: place, limit: 1)
                    .elements.first, record.envelope.epoch == room.row.epoch
            {
                records.append(record)
                roomSeq = place > 0 ? place - 1 : nil
            }
        } catch {
            throw .store(error)
        }
        return records.reversed()
    }

    /// Records of all rooms from a place on, as many as fit a page.
    package func records(from gseq: UInt64, limit: Int) throws(RoomLogError) -> [Record] {
        do {
            return try log.records(from: gseq, limit: limit).elements
        } catch {
            throw .store(error)
        }
    }

    /// All rooms, by their number.
    package func all() throws(RoomLogError) -> [Room] {
        var rooms: [Room] = []
        do {
            var position: UInt64? = 1
            while let next = position {
                let page = try log.rooms(from: next, limit: 1000)
                rooms += page.elements
                position = page.next
            }
        } catch {
            throw .store(error)
        }
        return rooms
    }
}

extension RoomUpdate {
    /// What makes an update the same as another: its bytes, and who sent it.
    fileprivate var request: Digest32 {
        var input = Writer(reserving: bundle.count + 64)
        input.write(opaque: source.bytes)
        input.write(opaque: bundle)
        return SHA256.hash(input.bytes)
    }
}
