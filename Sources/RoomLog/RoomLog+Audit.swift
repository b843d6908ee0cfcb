import EndpointMessages
import EventLog
import LMDBStore
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState
import RuleBook

/// A record that says something else than its evidence.
package struct AuditFinding: Hashable, Sendable, CustomStringConvertible {
    package let gseq: UInt64
    package let what: String

    package var description: String { "record \(gseq): \(what)" }
}

/// Deciding again what was recorded (promise 6): the evidence of each record of a MIMI room, at its
/// time, must lead to the events that it holds.
///
/// The services are those of the hub: its key, which it proposes with, among them.
extension RoomLog {
    package func audit(_ room: Room) throws(RoomLogError) -> [AuditFinding] {
        var findings: [AuditFinding] = []
        var folded: RecordedState?
        var last: Envelope?
        var position: UInt64? = 0
        while let next = position {
            let page: Page<Record>
            do {
                page = try log.records(ofRoom: room.number, from: next, limit: 1000)
            } catch {
                throw .store(error)
            }
            for record in page.elements {
                let events = try Self.events(of: record)
                if let found = try difference(record, events, folded?.room) {
                    findings.append(AuditFinding(gseq: record.envelope.gseq, what: found))
                }
                // Chain, time, epoch and state hash are for the fold.
                try Self.check(record.envelope, follows: last)
                folded = try fold(record, into: consume folded)
                guard folded?.room != nil else {
                    return findings + [
                        AuditFinding(gseq: record.envelope.gseq, what: "no MIMI room")
                    ]
                }
                last = record.envelope
            }
            position = page.next
        }
        return findings
    }

    /// What a record's evidence leads to, if not to its events.
    private func difference(
        _ record: Record, _ events: [RoomEvent], _ state: MIMIRoom?
    ) throws(RoomLogError) -> String? {
        let decision: Decision
        switch (RecordKind(rawValue: record.envelope.kind), state) {
        case (.founding?, nil):
            guard let founding = try? RoomFounding(parsing: record.payload.evidence) else {
                return "evidence that is no founding"
            }
            var tree: [UInt8]?
            for case .groupImported(let imported) in events { tree = imported.tree.encoded }
            let genesis = GroupGenesis(groupInfo: founding.genesis.groupInfo, tree: tree)
            decision = MIMIRoom.decide(
                founding.settings, genesis,
                parents: try parents(founding.parents, before: record), services)
        case (.update?, let state?):
            guard
                let update = try? RoomUpdate(
                    source: record.payload.source, evidence: record.payload.evidence)
            else { return "evidence that is no update" }
            decision = state.decide(
                update.withoutEmptyTree, now: record.envelope.timeMs,
                parents: try parents(update.parents, before: record))
        case (.closing?, let state?):
            decision = state.close()
        default:
            return "a record of another kind"
        }
        switch decision {
        case .rejected(let refusal):
            return "refused now: \(refusal)"
        case .accepted(let again):
            return again.map(\.kind) == events.map(\.kind)
                && again.map(\.body) == events.map(\.body)
                ? nil : "other events: \(again.map(\.kind.name))"
        }
    }

    /// The rooms that were looked at as parents, as they were; one of a time to come is left out.
    private func parents(
        _ readings: [ParentReading], before record: Record
    ) throws(RoomLogError) -> ParentRooms {
        var parents: ParentRooms = []
        for reading in readings where reading.sequence < record.envelope.gseq {
            guard let room = try room(reading.room),
                let state = try fold(room, through: reading.sequence)?.state.room
            else { continue }
            parents.append((reading, state.effective.participants))
        }
        return parents
    }
}

extension RoomUpdate {
    /// A supplied tree was the one that the commit made, and is not kept.
    fileprivate var withoutEmptyTree: RoomUpdate {
        guard let parsed = try? HandshakeBundle(parsing: bundle),
            case .commit(let welcome, let groupInfo, .full(let tree)) = parsed.rest,
            tree.nodes.isEmpty
        else { return self }
        let again = HandshakeBundle(
            parsed.message, .commit(welcome, groupInfo, .distributionService))
        return RoomUpdate(
            from: source.description, again.encoded, codeRole: codeRole, authority: authority,
            parents: parents)
    }
}
