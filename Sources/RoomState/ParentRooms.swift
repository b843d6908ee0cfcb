import EndpointMessages
import MLSMessages
import PresentationLanguage
import RoomPolicy

/// ```
/// struct {
///     opaque room_uri<V>;
///     uint64 sequence;                           // of its record that was read
/// } ParentReading;
/// ```
/// Which state of a room was looked at as that of a parent (B-13).
package struct ParentReading: TLSCodable, Hashable, Sendable {
    package let room: [UInt8]
    package let sequence: UInt64

    package init(room: [UInt8], sequence: UInt64) {
        self.room = room
        self.sequence = sequence
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        room = try reader.readOpaque()
        sequence = try reader.readUInt64()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: room)
        writer.write(sequence)
    }
}

/// Rooms that are, or might become, the parent of a room, with their participants.
package typealias ParentRooms = [(reading: ParentReading, participants: ParticipantList)]

extension ParentRooms {
    var lists: [[UInt8]: ParticipantList] {
        Dictionary(
            map { ($0.reading.room, $0.participants) }, uniquingKeysWith: { first, _ in first })
    }

    package var readings: [ParentReading] { map(\.reading) }
}

extension HandshakeBundle {
    /// The rooms that the update would make the parent.
    package var namedParents: [[UInt8]] {
        var messages = [message]
        if case .proposals(let more) = rest { messages += more }
        return messages.flatMap { message -> [Proposal] in
            guard case .publicMessage(let message) = message else { return [] }
            switch message.content.body {
            case .proposal(let proposal): return [proposal]
            case .commit(let commit):
                return commit.proposals.compactMap { item in
                    if case .proposal(let proposal) = item { proposal } else { nil }
                }
            case .application: return []
            }
        }.flatMap { proposal -> [[UInt8]] in
            guard case .appDataUpdate(let update) = proposal,
                update.component == .baseRoomPolicy, case .update(let data) = update.operation,
                let base = try? BaseRoomPolicy(parsing: data)
            else { return [] }
            return base.parentRooms
        }
    }
}

extension MIMIRoom {
    /// The parent of the room, with what waits counted in.
    package var parent: [UInt8]? {
        let base = effective.base
        return base.isParentDependent ? base.parentRooms.first : nil
    }
}
