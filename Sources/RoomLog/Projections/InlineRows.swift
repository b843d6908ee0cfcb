import EventLog
import MLSCrypto
import PresentationLanguage
import RoomPolicy
import RoomState

/// The rows of the inline projections, which follow from the states of MIMI rooms:
///
/// ```
/// participation  SHA-256(domain) ‖ SHA-256(user) ‖ SHA-256(room URI)   u32 role ‖ room URI
/// child_room     SHA-256(parent URI) ‖ SHA-256(room URI)               room URI
/// fixed_room     SHA-256(IdentifierUri users<V>), the users sorted     room URI
/// ```
/// They are of the effective participants, of the effective parent, and of the effective participants of a
/// room with fixed membership that is not closed.
package enum InlineRows {
    // MARK: Keys

    package static func prefix(user: [UInt8]) -> [UInt8] {
        prefix(domain: MIMIURI(user)?.domain ?? "") + SHA256.hash(user).bytes
    }

    package static func prefix(domain: String) -> [UInt8] { SHA256.hash(Array(domain.utf8)).bytes }

    package static func prefix(parent: [UInt8]) -> [UInt8] { SHA256.hash(parent).bytes }

    /// The key of a room whose membership is fixed; nil of another, and of one that is closed.
    package static func fixedKey(of room: MIMIRoom) -> [UInt8]? {
        guard room.status != .closed, room.effective.base.isFixedMembership else { return nil }
        var input = Writer()
        input.write(
            opaqueList: room.effective.participants.participants.map(\.user).sorted {
                $0.lexicographicallyPrecedes($1)
            })
        return SHA256.hash(input.bytes).bytes
    }

    private static func childKey(of room: MIMIRoom) -> [UInt8]? {
        room.effective.base.parentRooms.first.map {
            prefix(parent: $0) + SHA256.hash(room.settings.room.bytes).bytes
        }
    }

    private static func participationKey(of user: [UInt8], in room: MIMIRoom) -> [UInt8] {
        prefix(user: user) + SHA256.hash(room.settings.room.bytes).bytes
    }

    // MARK: Rows

    /// The rows that a room has.
    package static func rows(
        of projection: Projection, in room: MIMIRoom
    ) -> [(key: [UInt8], value: [UInt8])] {
        let uri = room.settings.room.bytes
        switch projection {
        case .participation:
            return room.effective.participants.participants.map {
                (participationKey(of: $0.user, in: room), $0.role.encoded + uri)
            }
        case .childRoom: return childKey(of: room).map { [($0, uri)] } ?? []
        case .fixedRoom: return fixedKey(of: room).map { [($0, uri)] } ?? []
        case .roomState: preconditionFailure("the rows of states are RoomStateRows")
        }
    }

    /// What a record changes: its events made `next` of `before`, which is nil for the first.
    static func changes(
        by events: [RoomEvent], from before: MIMIRoom?, to next: MIMIRoom
    ) -> ProjectionChanges {
        var changes = ProjectionChanges()
        let uri = next.settings.room.bytes
        guard let before else {
            for projection in Projection.inline {
                for row in rows(of: projection, in: next) {
                    changes.put(row.value, for: row.key, in: projection)
                }
            }
            return changes
        }
        for event in events {
            switch event {
            case .participantAdded(let pair), .roleChanged(let pair):
                changes.put(
                    pair.role.encoded + uri, for: participationKey(of: pair.user, in: next),
                    in: .participation)
            case .participantRemoved(let user):
                changes.remove(participationKey(of: user, in: next), from: .participation)
            default:
                break
            }
        }
        for (projection, old, new) in [
            (Projection.childRoom, childKey(of: before), childKey(of: next)),
            (.fixedRoom, fixedKey(of: before), fixedKey(of: next)),
        ] where old != new {
            if let old { changes.remove(old, from: projection) }
            if let new { changes.put(uri, for: new, in: projection) }
        }
        return changes
    }
}
