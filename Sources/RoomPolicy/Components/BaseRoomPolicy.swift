import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     bool fixed_membership;
///     bool parent_dependent;
///     Uri parent_room<V>;                        // none or one (H-16)
///     bool multi_device;
///     optional<uint32> max_clients;
///     optional<uint32> max_users;
///     bool pseudonyms_allowed;
///     bool persistent_room;
///     bool discoverable;
///     ComponentID policy_component_ids<V>;
/// } BaseRoomPolicy;
/// ```
/// room-policy §5: the component `base_room_policy`
package struct BaseRoomPolicy: TLSCodable, Hashable, Sendable {
    package var isFixedMembership = false
    package var isParentDependent = false
    package var parentRooms: [[UInt8]] = []
    package var isMultiDevice = true
    package var maximumClients: UInt32?
    package var maximumUsers: UInt32?
    package var allowsPseudonyms = false
    package var isPersistent = true
    package var isDiscoverable = false
    package var policyComponents: [ComponentID] = []

    package init() {}

    /// The same with those of a room's components listed that are its policy; base_room_policy itself is one
    /// where it is among them.
    package func listing(_ components: some Sequence<ComponentID>) -> BaseRoomPolicy {
        var policy = self
        policy.policyComponents = components.filter {
            ComponentRegistry.policyComponents.contains($0)
        }.sorted()
        return policy
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        isFixedMembership = try Bool(from: &reader)
        isParentDependent = try Bool(from: &reader)
        parentRooms = try reader.readOpaqueList()
        isMultiDevice = try Bool(from: &reader)
        maximumClients = try reader.readOptional()
        maximumUsers = try reader.readOptional()
        allowsPseudonyms = try Bool(from: &reader)
        isPersistent = try Bool(from: &reader)
        isDiscoverable = try Bool(from: &reader)
        policyComponents = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        isFixedMembership.write(to: &writer)
        isParentDependent.write(to: &writer)
        writer.write(opaqueList: parentRooms)
        isMultiDevice.write(to: &writer)
        writer.write(optional: maximumClients)
        writer.write(optional: maximumUsers)
        allowsPseudonyms.write(to: &writer)
        isPersistent.write(to: &writer)
        isDiscoverable.write(to: &writer)
        writer.write(list: policyComponents)
    }
}
