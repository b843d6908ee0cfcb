import EndpointMessages
import EventLog
import LMDBStore
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import RoomPolicy
import RoomState

/// A room as the store tells it.
struct FoundRoom {
    let room: MIMIRoom
    let last: RoomLog.Position
    /// The proposals that wait, as they were sent.
    let waiting: [WaitingProposal]
    /// Of the latest update or message.
    let time: UInt64
    /// How far the rows of its state are.
    let opened: OpenedRoom

    /// Nil if there is no MIMI room of this URI.
    init?(_ uri: [UInt8], in rooms: RoomLog) throws(RoomLogError) {
        guard let found = try rooms.room(uri), let opened = try rooms.open(found),
            let room = opened.folded.state.room
        else { return nil }
        self.opened = opened
        self.room = room
        last = opened.folded.last
        var sent: [PendingProposalEntry] = []
        if !room.group.pending.list.isEmpty {
            for record in try rooms.recordsOfEpoch(found) {
                sent += try PendingProposalEntry.sent(in: record)
            }
        }
        waiting = WaitingProposal.waiting(
            in: room, among: sent.compactMap { WaitingProposal($0, room) })
        do {
            let message = try rooms.log.row(found.number.encoded, on: .roomTime)
            let time = message.flatMap { try? UInt64(parsing: $0) }
            self.time = max(last.timeMs, time ?? 0)
        } catch {
            throw .store(error)
        }
    }
}

extension PendingProposalEntry {
    /// The proposals of an accepted update, and those of the hub that came of it.
    static func sent(
        in bundle: HandshakeBundle, _ events: [RoomEvent], _ time: UInt64
    ) -> [PendingProposalEntry] {
        var messages: [MLSMessage] = []
        if case .proposals(let more) = bundle.rest { messages = [bundle.message] + more }
        for case .hubProposalIssued(let issued) in events where !messages.contains(issued.message) {
            messages.append(issued.message)
        }
        return messages.map { PendingProposalEntry(message: $0, acceptedTimestamp: time) }
    }

    fileprivate static func sent(
        in record: Record
    ) throws(RoomLogError) -> [PendingProposalEntry] {
        guard record.envelope.kind == RoomLog.RecordKind.update.rawValue,
            let payload = record.payload,
            let update = try? RoomUpdate(source: payload.source, evidence: payload.evidence),
            let bundle = try? HandshakeBundle(parsing: update.bundle)
        else { return [] }
        return sent(in: bundle, try RoomLog.events(of: record), record.envelope.timeMs)
    }
}

/// A proposal that waits, as it was sent.
struct WaitingProposal: Sendable {
    let entry: PendingProposalEntry
    let reference: [UInt8]
    /// Bytes of the proposal.
    let size: Int
    /// Who sent it.
    let origin: MIMIURI?

    /// Nil for a message that is no proposal.
    init?(_ entry: PendingProposalEntry, _ room: MIMIRoom) {
        guard case .publicMessage(let message) = entry.message,
            case .proposal(let proposal) = message.content.body
        else { return nil }
        self.entry = entry
        reference = message.authenticatedContent.proposalReference(room.group.suite.hash)
        size = proposal.encoded.count
        origin = room.origin(of: entry.message)
    }

    /// Those of `sent` that wait in a room, in the order in which they were accepted; of one that was sent
    /// more than once, the first.
    static func waiting(
        in room: MIMIRoom, among sent: [WaitingProposal]
    ) -> [WaitingProposal] {
        var seen = Set<[UInt8]>()
        return sent.filter {
            room.group.pending[$0.reference] != nil && seen.insert($0.reference).inserted
        }
    }
}
