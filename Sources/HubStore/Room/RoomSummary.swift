import PresentationLanguage
import RoomState

/// A room at a moment.
public struct RoomSummary: Hashable, Sendable {
    /// The URI of the room.
    public let room: String
    /// MLS epoch.
    public let epoch: UInt64
    /// The room's latest record, by its place in the log of all rooms.
    public let sequence: UInt64
    /// Lower-case hex of the state hash of that record.
    public let stateHash: String
    /// The effective participant list: user URIs and the indices of their roles.
    public let participants: [Participant]
    /// How many proposals wait for a commit.
    public let pending: Int
    /// The GroupContext (RFC 9420 §8.1), encoded.
    public let groupContext: [UInt8]

    /// A user on the effective list.
    public struct Participant: Hashable, Sendable {
        /// The URI of the user.
        public let user: String
        /// The index of the role in the room's list of roles.
        public let role: UInt32
        /// Whether the user has a client in the group, with what waits counted in.
        public let isActive: Bool
        /// Whether the user is removed or banned, and has clients that must go first.
        public let isRestricted: Bool
    }

    init(_ room: MIMIRoom, sequence: UInt64) {
        self.room = room.settings.room.description
        epoch = room.group.context.epoch
        self.sequence = sequence
        stateHash = room.stateHash.description
        participants = room.effective.participants.participants.map {
            Participant(
                user: String(decoding: $0.user, as: UTF8.self), role: $0.role,
                isActive: room.effectiveLeaves[$0.user] > 0,
                isRestricted: room.isRestricted($0.user))
        }
        pending = room.group.pending.list.count
        groupContext = room.group.context.encoded
    }
}
