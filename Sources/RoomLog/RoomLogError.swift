import EventLog
import LMDBStore

/// Why a room could not be recorded or rebuilt.
package enum RoomLogError: Error, Sendable {
    case store(StoreError)
    /// Someone else appended to the room meanwhile.
    case conflict(Conflict)
    /// The same request was recorded meanwhile, as this record.
    case repeated(gseq: UInt64)
    /// A record that does not lead where it says. `gseq` is its global sequence number.
    case inconsistent(gseq: UInt64, what: String)
    /// A record whose payload was taken away; what is asked for can't be told without it.
    case redacted(gseq: UInt64)
    /// A record whose payload can't be taken away.
    case notRedactable(gseq: UInt64, why: String)
}

extension RoomLogError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .store(let error): "\(error)"
        case .conflict(let conflict): "the room changed meanwhile: \(conflict.checks)"
        case .repeated(let gseq): "recorded already as \(gseq)"
        case .inconsistent(let gseq, let what): "record \(gseq): \(what)"
        case .notRedactable(let gseq, let why): "record \(gseq) can't be redacted: \(why)"
        case .redacted(let gseq): "record \(gseq) is redacted"
        }
    }
}
