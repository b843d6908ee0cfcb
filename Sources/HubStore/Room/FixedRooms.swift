import EventLog
import LMDBStore
import RoomLog
import RoomState

/// B-12: of one set of users there is at most one room with fixed membership that is not closed.
struct FixedRooms {
    let context: HubContext

    /// Takes the set of users that a room's membership becomes, and returns what is to be released when that
    /// is on the disk. Refuses what another room is already.
    func reserve(_ room: MIMIRoom, before: MIMIRoom?) throws -> [UInt8]? {
        let old = before.flatMap(InlineRows.fixedKey)
        guard let new = InlineRows.fixedKey(of: room), old != new else { return nil }
        let isReserved = context.reserve(new)
        do {
            let other = try context.rooms.log.row(new, of: .fixedRoom)
            guard isReserved, other == nil else {
                throw HubRefusal(
                    .notAllowed, rule: .fixedMembership, item: "participants",
                    expected: "others than those of any room with fixed membership",
                    found: other.map { String(decoding: $0, as: UTF8.self) } ?? "another room")
            }
        } catch {
            if isReserved { context.release(new) }
            throw (error as? StoreError).map { RoomLogError.store($0) } ?? error
        }
        return new
    }
}
