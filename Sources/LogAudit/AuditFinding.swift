import EventLog
import LMDBStore
import RoomLog

/// Something that an audit found, in a form that stays the same from version to version; the schema is
/// `Schemas/audit.schema.json`.
package struct AuditFinding: Hashable, Sendable, Codable {
    package enum Code: String, CaseIterable, Codable, Sendable {
        // The file
        /// A page of the file contradicts itself or another.
        case page
        /// The store can't be read there.
        case unreadable
        /// The process that read the store ended without a report.
        case crash
        // The log: see ``LogFlaw/Code``
        case envelope, payload, chain, time, room, idempotency, head, tile, checkpoint
        case redaction, seal, surplus, meta
        case roomSequence = "room_sequence"
        case roomLog = "room_log"
        case roomURI = "room_uri"
        // What it means
        /// A record does not lead to the state that it names.
        case fold
        /// What is kept of a room is not what its records lead to.
        case projection
        /// A record's evidence leads to other events, or is refused.
        case evidence
        // Against what is known from outside
        /// The log is shorter than a checkpoint says.
        case rollback
        /// The log is another than the one of a checkpoint.
        case fork
        /// A checkpoint that is not signed as it must be.
        case signature
    }

    package let code: Code
    /// The record, where it is about one.
    package let seq: UInt64?
    /// The room's URI, where it is about one; `#N` of one whose URI can't be read.
    package let room: String?
    package let expected: String
    package let actual: String
    /// What to do about it.
    package let next: String

    package init(
        _ code: Code, seq: UInt64? = nil, room: String? = nil, expected: String, actual: String
    ) {
        self.code = code
        self.seq = seq
        self.room = room
        self.expected = expected
        self.actual = actual
        next = code.nextStep
    }
}

extension AuditFinding.Code {
    init(_ code: LogFlaw.Code) {
        guard let same = Self(rawValue: code.rawValue) else {
            preconditionFailure("a flaw without a finding: \(code)")
        }
        self = same
    }

    /// What an operator does next.
    fileprivate var nextStep: String {
        switch self {
        case .page, .unreadable, .crash, .meta:
            "copy the directory away as it is, and restore the latest backup"
        case .envelope, .payload, .roomSequence, .chain, .time, .head, .surplus:
            "restore the latest backup that passes an audit, and compare it from this record on"
        case .tile, .room, .roomURI, .roomLog, .idempotency, .projection:
            "rebuild what is derived from the records: hubstore rebuild"
        case .seal:
            "restore the row from a backup; it is no part of the history"
        case .redaction:
            "find the record that says why the payload was taken away"
        case .fold, .evidence:
            "show the record: hubstore show; whoever wrote it must explain it"
        case .checkpoint, .rollback, .fork:
            "keep both the checkpoint and the store: together they prove it"
        case .signature:
            "get the checkpoint again, and the log's key from its provider"
        }
    }
}

extension AuditFinding: CustomStringConvertible {
    /// One line.
    package var description: String {
        let place = [seq.map { "record \($0)" }, room].compactMap { $0 }.joined(separator: " of ")
        return "\(code.rawValue)\(place.isEmpty ? "" : " at \(place)"): expected \(expected), "
            + "found \(actual); \(next)"
    }
}
