import MLSMessages
import PresentationLanguage
import RoomPolicy

/// ```
/// struct {
///     opaque room_uri<V>;
///     opaque hub<V>;                             // its domain
///     uint8 wire_profile;                        // a bit for each switch
///     CapabilityType forbidden<V>;               // ascending
///     optional<uint32> max_users;
///     optional<uint32> max_clients;
/// } RoomSettings;
/// ```
/// What a hub settles when a room is created and does not change: its identity, how its bytes are
/// read, and the policy envelope.
package struct RoomSettings: TLSCodable, Hashable, Sendable {
    package let room: MIMIURI
    package let hub: Text
    package let profile: WireProfile
    package let envelope: PolicyEnvelope

    package init(
        room: MIMIURI, hub: String, profile: WireProfile = WireProfile(),
        envelope: PolicyEnvelope = PolicyEnvelope()
    ) {
        self.room = room
        self.hub = Text(hub)
        self.profile = profile
        self.envelope = envelope
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        guard let room = MIMIURI(try reader.readOpaque(), .room) else {
            throw DecodingError(.invalidValue(field: "room_uri", value: 0), at: start)
        }
        self.room = room
        hub = try Text(from: &reader)
        let place = reader.offset
        let bits = try reader.readUInt8()
        guard let profile = WireProfile(bits: bits) else {
            throw DecodingError(
                .invalidValue(field: "wire_profile", value: UInt64(bits)), at: place)
        }
        self.profile = profile
        var envelope = PolicyEnvelope()
        envelope.forbidden = Set(try reader.readList(of: Capability.self))
        envelope.maximumUsers = try reader.readOptional()
        envelope.maximumClients = try reader.readOptional()
        self.envelope = envelope
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: room.bytes)
        hub.write(to: &writer)
        writer.write(profile.bits)
        writer.write(list: envelope.forbidden.sorted())
        writer.write(optional: envelope.maximumUsers)
        writer.write(optional: envelope.maximumClients)
    }
}
