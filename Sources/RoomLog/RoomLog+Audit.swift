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
        var state: MIMIRoom?
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
                if let found = try difference(record, events, state) {
                    findings.append(AuditFinding(gseq: record.envelope.gseq, what: found))
                }
                do throws(Refusal) {
                    if state == nil {
                        state = try MIMIRoom(startingWith: events, services)
                    } else {
                        try state?.apply(events)
                    }
                } catch {
                    throw .inconsistent(gseq: record.envelope.gseq, what: "\(error)")
                }
                if state?.stateHash != record.envelope.stateHash {
                    findings.append(
                        AuditFinding(
                            gseq: record.envelope.gseq, what: "leads to another state"))
                }
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
            let parent = try genesis.parentRoom.flatMap { (uri) throws(RoomLogError) in
                try participants(of: uri, before: record.envelope.gseq)
            }
            decision = MIMIRoom.decide(founding.settings, genesis, parent: parent, services)
        case (.update?, let state?):
            guard
                let update = try? RoomUpdate(
                    source: record.payload.source, evidence: record.payload.evidence)
            else { return "evidence that is no update" }
            let parent = try state.effective.base.parentRooms.first.flatMap {
                (uri) throws(RoomLogError) in
                try participants(
                    of: String(decoding: uri, as: UTF8.self), before: record.envelope.gseq)
            }
            decision = state.decide(
                update.withoutEmptyTree, now: record.envelope.timeMs, parent: parent)
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

    /// The participants of a room as they were when a record was made.
    private func participants(
        of uri: String, before gseq: UInt64
    ) throws(RoomLogError) -> ParticipantList? {
        guard gseq > 0, let room = try room(Array(uri.utf8)),
            let state = try fold(room, through: gseq - 1)?.state.room
        else { return nil }
        return state.effective.participants
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
            from: source.description, again.encoded, codeRole: codeRole, authority: authority)
    }
}
