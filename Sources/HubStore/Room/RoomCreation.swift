import RoomPolicy
import RoomState
import RuleBook

/// A room to be created (B-10): its group of one or more, made by a client of the hub's provider.
public struct RoomCreation: Sendable {
    /// `mimi://DOMAIN/r/NAME`, of the hub's domain.
    public var room: String
    /// An MLSMessage with a GroupInfo without tree; its GroupContext holds policy and list.
    public var groupInfo: [UInt8]
    /// `optional<Node> ratchet_tree<V>` (RFC 9420 §12.4.3.3).
    public var ratchetTree: [UInt8]
    /// Capabilities, by their names, that no role of the room may ever have (B-11).
    public var forbiddenCapabilities: Set<String> = []
    /// The most users and clients that the room's policy may ever allow; nil for any number.
    public var maximumUsers: UInt32?
    public var maximumClients: UInt32?

    /// How the places are read in which the drafts contradict themselves or are incomplete; the room keeps
    /// it.
    public var readings: Readings = []

    /// Other readings than the usual ones, which take the structures as they are written.
    public struct Readings: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8

        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// The target of a preauthorization is a role's index, not a whole role (H-12).
        public static let preauthTargetIsIndex = Readings(rawValue: 1)
        /// Lists of wire formats are vectors of vectors (H-16 d).
        public static let nestedWireFormats = Readings(rawValue: 2)
        /// permitted_media_types is a list (H-16 g).
        public static let mediaTypeList = Readings(rawValue: 4)
        /// The participants of a child room are fewer than those of its parent (H-30).
        public static let strictChildRooms = Readings(rawValue: 8)
    }

    /// A room without an envelope: its policy may become whatever its capabilities allow.
    public init(room: String, groupInfo: [UInt8], ratchetTree: [UInt8]) {
        self.room = room
        self.groupInfo = groupInfo
        self.ratchetTree = ratchetTree
    }

    /// The settings, or why there can be none.
    func settings(hub: String) throws(HubRefusal) -> RoomSettings {
        guard let uri = MIMIURI(Array(room.utf8), .room) else {
            throw HubRefusal(
                .notAllowed, rule: .uri, item: "room",
                expected: "the URI of a room", found: room)
        }
        var envelope = PolicyEnvelope()
        envelope.maximumUsers = maximumUsers
        envelope.maximumClients = maximumClients
        for name in forbiddenCapabilities.sorted() {
            guard let capability = Capability(named: name) else {
                throw HubRefusal(
                    .notAllowed, rule: .envelope, item: "forbidden capability",
                    expected: "a name of the registry", found: name)
            }
            envelope.forbidden.insert(capability)
        }
        guard let profile = WireProfile(bits: readings.rawValue) else {
            throw HubRefusal(
                .notAllowed, rule: .genesis, item: "readings", expected: "those that are known",
                found: "\(readings.rawValue)")
        }
        return RoomSettings(room: uri, hub: hub, profile: profile, envelope: envelope)
    }
}
