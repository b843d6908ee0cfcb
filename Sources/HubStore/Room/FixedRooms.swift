import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage
import RoomLog
import RoomPolicy
import RoomState

/// B-12: of one set of users there is at most one room with fixed membership. Rows whose keys are
/// SHA-256 of the users, sorted, and whose values are the room's URI.
struct FixedRooms {
    let context: HubContext

    /// A closed room leaves its users free for another one.
    func release(_ room: MIMIRoom, in rows: inout SideRows) {
        if let key = Self.key(room.effective) { rows.remove(key, from: .fixedRoom) }
    }

    /// The row of a policy with fixed membership; nil of another.
    static func key(_ policy: RoomPolicy?) -> [UInt8]? {
        guard let policy, policy.base.isFixedMembership else { return nil }
        var input = Writer()
        input.write(
            opaqueList: policy.participants.participants.map(\.user).sorted {
                $0.lexicographicallyPrecedes($1)
            })
        return SHA256.hash(input.bytes).bytes
    }

    /// Notes that a room's policy becomes another one, and returns what is to be released when that is
    /// on the disk. Refuses what another room is already.
    func note(
        _ room: MIMIRoom, before: RoomPolicy?, in rows: inout SideRows
    ) throws -> [UInt8]? {
        let (old, new) = (Self.key(before), Self.key(room.effective))
        guard old != new else { return nil }
        if let old { rows.remove(old, from: .fixedRoom) }
        guard let new else { return nil }
        let isReserved = context.reserve(new)
        do {
            let other = try context.rooms.log.row(new, on: .fixedRoom)
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
        rows.put(room.settings.room.bytes, for: new, on: .fixedRoom)
        return new
    }
}
