import LMDBStore
import MLSCrypto

/// Something in a store that is not as it was written, or contradicts something else in it.
package struct LogFlaw: Error, Hashable, Sendable {
    package enum Code: String, CaseIterable, Sendable {
        /// A record's envelope is missing, or no envelope.
        case envelope
        /// A record's payload is missing, or not what its envelope commits to.
        case payload
        /// A record is not the next one of its room.
        case roomSequence = "room_sequence"
        /// A record does not name the room's record before it.
        case chain
        /// A record is older than the room's record before it.
        case time
        /// The place of a record in its room leads elsewhere.
        case roomLog = "room_log"
        /// A room's row is not that of its last record.
        case room
        /// A room is not found by its URI.
        case roomURI = "room_uri"
        /// The record that answered a request is not found by it.
        case idempotency
        /// The head is not that of the records.
        case head
        /// A tile is not that of the records.
        case tile
        /// A checkpoint is not of this history.
        case checkpoint
        /// A redaction that names no record that says so.
        case redaction
        /// A row that no hash of the log covers is not as it was written.
        case seal
        /// A row that nothing leads to, or a table that is none of the log's.
        case surplus
        /// What the store says it is.
        case meta
        /// The store can't be read there.
        case unreadable
    }

    package let code: Code
    /// The record, where it is about one.
    package let gseq: UInt64?
    /// The number of the room, where it is about one.
    package let room: UInt64?
    package let expected: String
    package let actual: String

    package init(
        _ code: Code, gseq: UInt64? = nil, room: UInt64? = nil, expected: String, actual: String
    ) {
        self.code = code
        self.gseq = gseq
        self.room = room
        self.expected = expected
        self.actual = actual
    }

    /// What reading a row came upon.
    init(
        _ error: StoreError, _ code: Code, gseq: UInt64? = nil, room: UInt64? = nil,
        expected: String
    ) {
        self.init(
            error.isDamage ? code : .unreadable, gseq: gseq, room: room, expected: expected,
            actual: "\(error)")
    }
}

extension StoreError {
    /// Whether it is about the content of a row.
    var isDamage: Bool {
        switch reason {
        case .damaged, .unknownFormat: true
        default: false
        }
    }
}
