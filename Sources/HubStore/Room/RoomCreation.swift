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
        return RoomSettings(room: uri, hub: hub, envelope: envelope)
    }
}
