import EventLog
import LMDBStore
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import RoomPolicy
import RoomState
import RuleBook

/// One room: its records folded, and, where it is asked for, its evidence decided again.
///
/// Deciding again (promise 6) takes no key of the hub: its signatures are in the records, see
/// ``RecordedSignatures``.
struct RoomAudit {
    let rooms: RoomLog
    let room: Room
    let signatures: RecordedSignatures
    /// The first record whose evidence is decided again; nil for none.
    let evidenceFrom: UInt64?
    private(set) var findings: [AuditFinding] = []
    private(set) var counts = AuditCounts()
    private var parents: ParentStates
    /// Redacted records, by the record that is to say so, as long as it has not come.
    private var redacted: [UInt64: [Envelope]] = [:]
    private let journal: AuditJournal?

    init(_ log: EventLog, _ room: Room, _ options: AuditOptions, _ journal: AuditJournal?) {
        self.journal = journal
        signatures = RecordedSignatures()
        var services = options.services
        services.recorded = signatures
        rooms = RoomLog(log, profile: .plain, services: services)
        self.room = room
        evidenceFrom =
            options.depth == .full
            ? max(options.from, journal?.next(in: room.number) ?? 0) : nil
        parents = ParentStates(rooms)
    }

    private var name: String { String(decoding: room.row.uri, as: UTF8.self) }

    /// Goes through the records up to but not including `end`.
    mutating func run(until end: UInt64) {
        var state: RecordedState?
        var last: Envelope?
        var position: UInt64? = 0
        while let next = position {
            let page: Page<Record>
            do throws(StoreError) {
                page = try rooms.log.records(ofRoom: room.number, from: next, limit: 100)
            } catch {
                // The structure's check names the record; here is only the end of the way.
                find(.unreadable, nil, "records from #\(next) on", "\(error)")
                return
            }
            for record in page.elements where record.envelope.gseq < end {
                guard take(record, after: last, &state) else { return }
                last = record.envelope
            }
            position = page.next
        }
        for envelopes in redacted.values { reportRedacted(envelopes) }
        // A room that went on meanwhile has another status by now, perhaps.
        guard let state, let last, last.gseq == room.row.gseq,
            room.row.status != state.status.rawValue
        else { return }
        find(.room, last.gseq, "status \(state.status)", "\(room.row.status)")
    }

    /// Returns whether the next record can be looked at.
    private mutating func take(
        _ record: Record, after last: Envelope?, _ state: inout RecordedState?
    ) -> Bool {
        let gseq = record.envelope.gseq
        counts.records += 1
        if case .redacted(let by) = record.content {
            counts.redacted += 1
            redacted[by, default: []].append(record.envelope)
            return pass(record, &state)
        }
        checkRedaction(record)
        // Behind a record that could not be folded.
        if state == nil, last != nil {
            counts.passed += 1
            return pass(record, &state)
        }
        do throws(RoomLogError) {
            let events = try RoomLog.events(of: record)
            if let from = evidenceFrom, gseq >= from { decide(record, events, state) }
            try RoomLog.check(record.envelope, follows: last)
            state = try rooms.fold(record, into: state.take())
            return true
        } catch {
            find(
                .fold, gseq, "a record that leads to state \(record.envelope.stateHash)", "\(error)"
            )
            return pass(record, &state)
        }
    }

    /// Goes on behind a record that can't be folded, from a snapshot of the state behind it. Without one,
    /// the records up to the next snapshot are passed over.
    private func pass(_ record: Record, _ state: inout RecordedState?) -> Bool {
        state = try? rooms.snapshotState(of: record.envelope)
        return true
    }

    /// What a record says that was redacted must be what is.
    private mutating func checkRedaction(_ record: Record) {
        guard let envelopes = redacted.removeValue(forKey: record.envelope.gseq) else { return }
        var places: [ClosedRange<UInt64>] = []
        if record.envelope.kind == RoomLog.RecordKind.redaction.rawValue,
            let events = try? RoomLog.events(of: record)
        {
            for case .payloadsRedacted(let redacted) in events { places.append(redacted.places) }
        }
        reportRedacted(
            envelopes.filter { envelope in !places.contains { $0.contains(envelope.roomSeq) } })
    }

    private mutating func reportRedacted(_ envelopes: [Envelope]) {
        for envelope in envelopes {
            find(.redaction, envelope.gseq, "a record that says why the payload is gone", "none")
        }
    }

    private mutating func find(
        _ code: AuditFinding.Code, _ seq: UInt64?, _ expected: String, _ actual: String
    ) {
        findings.append(
            AuditFinding(code, seq: seq, room: name, expected: expected, actual: actual))
    }

    // MARK: Evidence

    private mutating func decide(
        _ record: Record, _ events: [RoomEvent], _ state: RecordedState?
    ) {
        signatures.take(events)
        counts.decided += 1
        let before = findings.count
        defer {
            journal?.note(
                room.number, next: record.envelope.gseq + 1, Array(findings[before...]))
        }
        counts.commits += UInt64(events.count { $0.kind == .commitAccepted })
        switch decision(about: record, events, state) {
        case nil:
            find(
                .evidence, record.envelope.gseq,
                "evidence of a record of kind "
                    + "\(record.envelope.kind)", "something else")
        case .rejected(let refusal)?:
            find(.evidence, record.envelope.gseq, "accepted evidence", "refused now: \(refusal)")
        case .accepted(let again)?:
            guard
                again.map(\.kind) != events.map(\.kind) || again.map(\.body) != events.map(\.body)
            else { return }
            let names = again.map(\.kind.name).joined(separator: ", ")
            let recorded = events.map(\.kind.name).joined(separator: ", ")
            find(.evidence, record.envelope.gseq, "the events \(names)", "other events \(recorded)")
        }
    }

    /// What a record's evidence leads to; nil of evidence that is none.
    private mutating func decision(
        about record: Record, _ events: [RoomEvent], _ state: RecordedState?
    ) -> Decision? {
        guard let payload = record.payload else { return nil }
        let time = record.envelope.timeMs
        switch (RoomLog.RecordKind(rawValue: record.envelope.kind), state) {
        case (.genesis?, nil):
            guard let genesis = try? GroupGenesis(parsing: payload.evidence) else { return nil }
            return RoomState.decide(genesis.evidence(of: events), .plain)
        case (.handshake?, .group(let state)?):
            guard let input = try? GroupHandshake(parsing: payload.evidence) else { return nil }
            return state.decide(
                input.evidence(leadingTo: state.tree(after: events)), now: time, .plain)
        case (.founding?, nil):
            guard let founding = try? RoomFounding(parsing: payload.evidence) else { return nil }
            return MIMIRoom.decide(
                founding.settings, founding.genesis.evidence(of: events),
                parents: parents.states(founding.parents, before: record), rooms.services)
        case (.update?, .room(let room)?):
            guard
                let update = try? RoomUpdate(source: payload.source, evidence: payload.evidence)
            else { return nil }
            return room.decide(
                update.withoutEmptyTree, now: time,
                parents: parents.states(update.parents, before: record))
        case (.closing?, .room(let room)?):
            return room.close()
        case (.redaction?, .some):
            // What was taken away is compared with the redactions that are kept.
            return .accepted(events)
        default:
            return nil
        }
    }
}

extension RoomState {
    /// The tree that recorded events lead to; where they lead nowhere, the one before them.
    fileprivate func tree(after events: [RoomEvent]) -> RatchetTreeNodes {
        var next = self
        for event in events { try? next.apply(event, .plain) }
        return next.group.tree.exchanged
    }
}
