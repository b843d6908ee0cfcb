import EventLog
import LMDBStore
import MLSCrypto
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook

/// A room as its records tell it, after the latest one that was folded.
package struct FoldedRoom: Sendable {
    package let uri: [UInt8]
    package let state: RecordedState
    /// The latest record.
    package let last: Envelope
    /// What was found wrong beside the records on the way, and was not used.
    package var findings: [ProjectionFinding] = []

    package init(uri: [UInt8], state: RecordedState, last: Envelope) {
        self.uri = uri
        self.state = state
        self.last = last
    }
}

extension RoomLog {
    /// Folds the records of a room up to global sequence `end`, or all of them. Nil if the room
    /// has no record up to there.
    ///
    /// It starts from the newest snapshot that holds. No signature is checked, but every record must follow
    /// the one before it, and lead to the epoch and the state hash that it names.
    package func fold(_ room: Room, through end: UInt64? = nil) throws(RoomLogError) -> FoldedRoom?
    {
        var findings: [ProjectionFinding] = []
        let start = try newestSnapshot(of: room, through: end, &findings)
        var folded = try fold(room, from: start, through: end)
        folded?.findings = findings
        return folded
    }

    /// The same from the room's first record on, whatever is kept beside the records: for audits.
    package func foldFromGenesis(
        _ room: Room, through end: UInt64? = nil
    ) throws(RoomLogError) -> FoldedRoom? {
        try fold(room, from: nil, through: end)
    }

    /// The same, from a snapshot where payloads were taken away.
    package func replay(
        _ room: Room, through end: UInt64? = nil
    ) throws(RoomLogError) -> FoldedRoom? {
        do throws(RoomLogError) {
            return try foldFromGenesis(room, through: end)
        } catch {
            guard case .redacted = error else { throw error }
            return try fold(room, through: end)
        }
    }

    /// The same from a state that the room had after an earlier record; nil for none. The state must
    /// not be of a record behind `end`. `each` is called with each record, its events, and the state that
    /// they lead to.
    package func fold(
        _ room: Room, from start: FoldedRoom?, through end: UInt64? = nil,
        _ each: ((Envelope, [RoomEvent], RecordedState) -> Void)? = nil
    ) throws(RoomLogError) -> FoldedRoom? {
        var state: RecordedState?
        var last: Envelope?
        if let start { (state, last) = (start.state, start.last) }
        var position: UInt64? = start.map { $0.last.roomSeq + 1 } ?? 0
        while let next = position {
            let page = try page(of: room, from: next)
            for record in page.elements {
                if let end, record.envelope.gseq > end {
                    return Self.folded(room, state, last)
                }
                try Self.check(record.envelope, follows: last)
                let next = try fold(record, into: consume state)
                if let each { each(record.envelope, try RoomLog.events(of: record), next) }
                (state, last) = (next, record.envelope)
            }
            position = page.next
        }
        return Self.folded(room, state, last)
    }

    private func page(of room: Room, from roomSeq: UInt64) throws(RoomLogError) -> Page<Record> {
        do {
            return try log.records(ofRoom: room.number, from: roomSeq, limit: 1000)
        } catch {
            throw .store(error)
        }
    }

    private static func folded(
        _ room: Room, _ state: RecordedState?, _ last: Envelope?
    ) -> FoldedRoom? {
        guard let state, let last else { return nil }
        return FoldedRoom(uri: room.row.uri, state: state, last: last)
    }

    /// Throws `.inconsistent` unless a record follows the room's record before it.
    package static func check(
        _ envelope: Envelope, follows last: Envelope?
    ) throws(RoomLogError) {
        guard envelope.previous == last?.hash ?? .zero else {
            throw .inconsistent(
                gseq: envelope.gseq, what: "does not follow the room's record before it")
        }
        guard envelope.timeMs >= last?.timeMs ?? 0 else {
            throw .inconsistent(gseq: envelope.gseq, what: "is older than the record before it")
        }
    }

    /// The state after a record, which must be the one that the record names.
    package func fold(
        _ record: Record, into state: consuming RecordedState?
    ) throws(RoomLogError) -> RecordedState {
        let gseq = record.envelope.gseq
        let events = try RoomLog.events(of: record)
        guard !events.isEmpty else { throw .inconsistent(gseq: gseq, what: "has no events") }
        var state = state
        do {
            if state == nil {
                state = try RecordedState(startingWith: events, profile, services)
                guard state != nil else {
                    throw RoomLogError.inconsistent(gseq: gseq, what: "starts no room")
                }
            } else if events.contains(where: { $0.startsRoom }) {
                throw RoomLogError.inconsistent(gseq: gseq, what: "starts the room again")
            } else {
                try state?.apply(events, profile)
            }
        } catch let refusal as Refusal {
            throw .inconsistent(gseq: gseq, what: "\(refusal)")
        } catch {
            throw error as? RoomLogError ?? .inconsistent(gseq: gseq, what: "\(error)")
        }
        guard let state else { preconditionFailure("a room without state") }
        guard record.envelope.epoch == state.group.context.epoch,
            record.envelope.stateHash == state.stateHash
        else {
            throw .inconsistent(
                gseq: gseq,
                what: "leads to state \(state.stateHash) of epoch \(state.group.context.epoch), "
                    + "not \(record.envelope.stateHash) of epoch \(record.envelope.epoch)")
        }
        return state
    }

    /// The events of a record; throws `.redacted` where its payload was taken away.
    package static func events(of record: Record) throws(RoomLogError) -> [RoomEvent] {
        guard let payload = record.payload else { throw .redacted(gseq: record.envelope.gseq) }
        var events: [RoomEvent] = []
        for event in payload.events {
            guard let kind = RoomEvent.Kind(rawValue: event.type), event.schema == schema else {
                throw .inconsistent(
                    gseq: record.envelope.gseq,
                    what: "holds an event of type \(event.type), schema \(event.schema)")
            }
            do {
                events.append(try RoomEvent(kind, body: event.body))
            } catch {
                throw .inconsistent(gseq: record.envelope.gseq, what: "\(kind.name): \(error)")
            }
        }
        return events
    }
}

extension RoomEvent {
    /// Whether it stands in the first record of a room only.
    fileprivate var startsRoom: Bool {
        switch self {
        case .groupImported, .roomCreated: true
        default: false
        }
    }
}
