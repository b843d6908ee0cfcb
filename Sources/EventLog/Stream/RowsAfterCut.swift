import LMDBStore
import PresentationLanguage

/// What becomes of the rows beside a log when its last records are left out: rows are about the latest
/// record, and nothing says what they were before.
enum FateAtCut {
    /// They are about users, providers and clients, not about records; what was used up stays used up.
    case kept
    /// Like `kept`, of the rooms that are still there. Their keys begin with the room's number.
    case keptOfRooms
    /// They are about records or messages that may be gone.
    case dropped
}

extension Shelf {
    fileprivate var fateAtCut: FateAtCut {
        switch self {
        case .keyPackageRoute, .consent, .refusal: .kept
        case .joinCode, .joinGrant, .roomTime: .keptOfRooms
        case .messageAnswer: .dropped
        }
    }
}

extension LogTables {
    /// Whether a row of a table beside the log stands after a cut.
    func isKept(
        _ row: StreamedRow, of table: String, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) -> Bool {
        // An empty queue keeps its next position, so that none is used again.
        if table == queue.name || table == redact?.name { return true }
        if table == checkpoint?.name {
            let size = try readHead(transaction).nextSequence
            return (try? UInt64(parsing: row.key)).map { $0 <= size } ?? false
        }
        if table == snapshot?.name {
            guard let number = try? UInt64(parsing: Array(row.key.prefix(8))),
                let roomSeq = try? UInt64(parsing: Array(row.key.dropFirst(8))),
                let last = try readRoom(number, transaction)?.row.roomSeq
            else { return false }
            return roomSeq <= last
        }
        guard let shelf = Shelf(rawValue: table) else { return false }
        switch shelf.fateAtCut {
        case .kept: return true
        case .dropped: return false
        case .keptOfRooms:
            guard let number = try? UInt64(parsing: Array(row.key.prefix(8))) else { return false }
            return try readRoom(number, transaction) != nil
        }
    }
}
