import MLSCrypto

/// A record to be appended.
package struct Append: Sendable {
    package enum Target: Hashable, Sendable {
        /// A room which does not exist yet, by its URI of at most ``RoomRow/uriLimit`` bytes.
        case new(uri: [UInt8])
        /// A room which is still where the caller last saw it.
        case existing(UInt64, expecting: Expectation)
        /// The hub itself, room ``Room/hub``: records that are about no room.
        case hub
    }

    package var room: Target
    package var kind: UInt16
    package var schema: UInt16
    /// Milliseconds since 1970; not below the room's last.
    package var timeMs: UInt64
    /// MLS epoch after the record.
    package var epoch: UInt64
    /// State of the room after the record.
    package var stateHash: Digest32
    /// Status of the room after the record.
    package var status: UInt8
    package var payload: Payload
    /// Names the request that the record answers; the same request is not recorded again. Nil for a
    /// record that may be repeated.
    package var request: Digest32?
    /// What changes beside the log with it.
    package var sideRows: SideRows
    /// What becomes of the inline projections' rows with it.
    package var projections: ProjectionChanges
    /// Whether it may use what a quota keeps back.
    package var isRelief = false
    /// The places in the room of the records whose payloads it takes away.
    package var redacts: ClosedRange<UInt64>?

    package init(
        room: Target, kind: UInt16, schema: UInt16, timeMs: UInt64, epoch: UInt64,
        stateHash: Digest32, status: UInt8, payload: Payload, request: Digest32? = nil,
        sideRows: SideRows = SideRows(), projections: ProjectionChanges = ProjectionChanges()
    ) {
        self.room = room
        self.kind = kind
        self.schema = schema
        self.timeMs = timeMs
        self.epoch = epoch
        self.stateHash = stateHash
        self.status = status
        self.payload = payload
        self.request = request
        self.sideRows = sideRows
        self.projections = projections
    }
}

/// What a decision was based on: the room after its last record.
package struct Expectation: Hashable, Sendable {
    package var roomSeq: UInt64
    package var stateHash: Digest32
    package var epoch: UInt64

    package init(roomSeq: UInt64, stateHash: Digest32, epoch: UInt64) {
        self.roomSeq = roomSeq
        self.stateHash = stateHash
        self.epoch = epoch
    }
}

package enum AppendOutcome: Hashable, Sendable {
    /// The record is on the disk.
    case appended(Envelope)
    /// The request was answered before, by this record; nothing was changed.
    case repeated(Envelope)
    /// Nothing was changed.
    case conflict(Conflict)
}

/// Every reason why a record does not follow the room's current state.
package struct Conflict: Hashable, Sendable {
    package enum Check: Hashable, Sendable {
        case roomExists(number: UInt64)
        case noSuchRoom(number: UInt64)
        case roomSeq(expected: UInt64, current: UInt64)
        case stateHash(expected: Digest32, current: Digest32)
        case epoch(expected: UInt64, current: UInt64)
        /// The time is before the room's last.
        case time(given: UInt64, last: UInt64)
        /// What is to be redacted is not before the record that says so.
        case redacts(last: UInt64, current: UInt64)
    }

    /// The failed checks, at least one.
    package let checks: [Check]
}
