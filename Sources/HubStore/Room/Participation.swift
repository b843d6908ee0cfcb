import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage
import RoomLog
import RoomPolicy
import RoomState

extension Hub {
    /// A room that a user or a provider takes part in.
    public struct ParticipatedRoom: Hashable, Sendable {
        /// The URI of the room.
        public let room: String
        /// The role of the user; of a provider, the highest of its users.
        public let role: UInt32
    }

    /// The rooms whose list a user is on, those from which it is banned (role 1) among them.
    public func rooms(ofUser user: String) throws(HubError) -> [ParticipatedRoom] {
        try rooms(beginning: InlineRows.prefix(user: Array(user.utf8)))
    }

    /// The rooms whose list has users of a provider.
    public func rooms(ofProvider domain: String) throws(HubError) -> [ParticipatedRoom] {
        try rooms(beginning: InlineRows.prefix(domain: domain))
    }

    private func rooms(beginning prefix: [UInt8]) throws(HubError) -> [ParticipatedRoom] {
        var roles: [String: UInt32] = [:]
        do {
            try rooms.log.allRows(beginning: prefix, of: .participation) { _, value in
                guard let role = try? UInt32(parsing: Array(value.prefix(4))) else { return }
                let room = String(decoding: value.dropFirst(4), as: UTF8.self)
                roles[room] = max(roles[room] ?? 0, role)
            }
        } catch {
            throw HubError(error)
        }
        return roles.sorted { $0.key < $1.key }.map {
            ParticipatedRoom(room: $0.key, role: $0.value)
        }
    }
}
