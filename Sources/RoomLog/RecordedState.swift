import MLSCrypto
import MLSPublicGroup
import RoomState
import RuleBook

/// The state of a room in a log: a MIMI room, or an MLS group that is followed without being one.
package enum RecordedState: Sendable {
    case group(RoomState)
    case room(MIMIRoom)

    /// The state that the events of a room's first record make; nil if they start no room.
    init?(
        startingWith events: [RoomEvent], _ profile: GroupProfile, _ services: RoomServices
    ) throws(Refusal) {
        switch events.map(\.kind) {
        case [.groupImported]:
            self = .group(try RoomState(startingWith: events[0], profile))
        case [.roomCreated, .groupImported]:
            self = .room(try MIMIRoom(startingWith: events, services))
        default:
            return nil
        }
    }

    mutating func apply(_ events: [RoomEvent], _ profile: GroupProfile) throws(Refusal) {
        switch consume self {
        case .group(var state):
            defer { self = .group(state) }
            for event in events { try state.apply(event, profile) }
        case .room(var room):
            defer { self = .room(room) }
            try room.apply(events)
        }
    }

    package var group: PublicGroup {
        switch self {
        case .group(let state): state.group
        case .room(let room): room.group
        }
    }

    package var status: RoomState.Status {
        switch self {
        case .group(let state): state.status
        case .room(let room): room.status
        }
    }

    package var stateHash: Digest32 {
        switch self {
        case .group(let state): state.stateHash
        case .room(let room): room.stateHash
        }
    }

    /// The MIMI room, where it is one.
    package var room: MIMIRoom? {
        if case .room(let room) = self { room } else { nil }
    }
}
