import EventLog
import LMDBStore
import LogOperations
import RoomLog

/// A store that a command works on as a whole.
func openLog(_ path: String, _ access: Access) throws -> EventLog {
    CrashGuard.install()
    return try operation(path) { () throws(StoreError) in
        try EventLog.open(at: path, access: access)
    }
}

/// What `body` returns, with its error as one of an operation on `path`.
func operation<T>(_ path: String, _ body: () throws(StoreError) -> T) throws -> T {
    do {
        return try body()
    } catch {
        throw Failure(path, error)
    }
}

extension Failure {
    /// Of an operation on whole stores.
    init(_ path: String, _ error: StoreError) {
        self.init("\(path): \(error)", code: error.reason.exitStatus)
    }

    init(_ path: String, _ error: RestoreError) {
        let code: Int32 =
            switch error {
            case .store(let error), .room(.store(let error)): error.reason.exitStatus
            case .room: 1
            case .noSuchRecord, .cutOfSameLog, .sameOrigin: 2
            }
        self.init("\(path): \(error)", code: code)
    }
}

extension StoreError.Reason {
    /// 1 where content is not what it should be, 4 for another version, 3 where a store can't be opened
    /// or written.
    fileprivate var exitStatus: Int32 {
        switch self {
        case .damaged, .truncated, .corrupted, .missingTable, .keyExists: 1
        case .unknownFormat: 4
        default: 3
        }
    }
}
