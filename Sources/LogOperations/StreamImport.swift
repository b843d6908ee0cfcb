import EventLog
import LMDBStore
import MLSPublicGroup
import RoomLog

/// Makes stores from streams, or adds to them, with all that follows from the records.
package enum StreamImport {
    /// As ``EventLog/importing(_:at:configuration:finishing:)``.
    package static func run(
        _ input: @escaping StreamReader.Input, at path: String
    ) async throws(RestoreError) -> Imported {
        do throws(StoreError) {
            return try await EventLog.importing(input, at: path) { (log) throws(StoreError) in
                do throws(RoomLogError) {
                    try await RoomLog(log, profile: .plain).rebuildAll()
                } catch {
                    guard case .store(let error) = error else {
                        throw StoreError(
                            .damaged(table: "stream", number: 0, what: "\(error)"))
                    }
                    throw error
                }
            }
        } catch {
            throw .store(error)
        }
    }

    /// As ``EventLog/add(_:)``.
    package static func add(
        to log: EventLog,
        _ open: @escaping @Sendable () throws(StoreError) -> StreamReader.Input
    ) async throws(RestoreError) -> Imported {
        let imported: Imported
        do throws(StoreError) {
            imported = try await log.add(open)
        } catch {
            throw .store(error)
        }
        do throws(RoomLogError) {
            try await RoomLog(log, profile: .plain).rebuildAll()
        } catch {
            throw .room(error)
        }
        return imported
    }
}
