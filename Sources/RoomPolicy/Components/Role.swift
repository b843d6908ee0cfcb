import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     uint32 from_role_index;
///     uint32 target_role_indices<V>;
/// } SingleSourceRoleChangeTargets;
///
/// struct {
///     uint32 role_index;
///     string role_name;
///     string role_description;
///     CapabilityType role_capabilities<V>;
///     uint32 minimum_participants_constraint;
///     optional<uint32> maximum_participants_constraint;
///     uint32 minimum_active_participants_constraint;
///     optional<uint32> maximum_active_participants_constraint;
///     SingleSourceRoleChangeTargets authorized_role_changes<V>;
/// } Role;
/// ```
/// room-policy §3
package struct Role: TLSCodable, Hashable, Sendable {
    package struct Changes: TLSCodable, Hashable, Sendable {
        package let from: UInt32
        package let targets: [UInt32]

        package init(from: UInt32, to targets: [UInt32]) {
            self.from = from
            self.targets = targets
        }

        package init(from reader: inout Reader) throws(DecodingError) {
            from = try reader.readUInt32()
            targets = try reader.readList()
        }

        package func write(to writer: inout Writer) {
            writer.write(from)
            writer.write(list: targets)
        }
    }

    /// How many users may have the role; no maximum where it is nil.
    package struct Bounds: Hashable, Sendable {
        package var minimum: UInt32
        package var maximum: UInt32?

        package init(_ minimum: UInt32 = 0, _ maximum: UInt32? = nil) {
            self.minimum = minimum
            self.maximum = maximum
        }
    }

    package var index: UInt32
    package var name: Text
    package var description: Text
    package var capabilities: [Capability]
    package var participants: Bounds
    package var activeParticipants: Bounds
    package var changes: [Changes] { didSet { allowed = Self.pairs(changes) } }
    /// The pairs of roles in ``changes``, where each of many users is looked up.
    private var allowed: Set<UInt64>

    package init(
        index: UInt32, name: String, description: String = "", capabilities: [Capability] = [],
        participants: Bounds = Bounds(), activeParticipants: Bounds = Bounds(),
        changes: [Changes] = []
    ) {
        self.index = index
        self.name = Text(name)
        self.description = Text(description)
        self.capabilities = capabilities
        self.participants = participants
        self.activeParticipants = activeParticipants
        self.changes = changes
        allowed = Self.pairs(changes)
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        index = try reader.readUInt32()
        name = try Text(from: &reader)
        description = try Text(from: &reader)
        capabilities = try reader.readList()
        participants = Bounds(try reader.readUInt32(), try reader.readOptional())
        activeParticipants = Bounds(try reader.readUInt32(), try reader.readOptional())
        changes = try reader.readList()
        allowed = Self.pairs(changes)
    }

    package func write(to writer: inout Writer) {
        writer.write(index)
        name.write(to: &writer)
        description.write(to: &writer)
        writer.write(list: capabilities)
        for bounds in [participants, activeParticipants] {
            writer.write(bounds.minimum)
            writer.write(optional: bounds.maximum)
        }
        writer.write(list: changes)
    }

    package func has(_ capability: Capability) -> Bool { capabilities.contains(capability) }

    /// Whether a user of this role may bring another one from a role to another (F-2); role 0 is that
    /// of someone who is not on the list.
    package func mayChange(from: UInt32, to target: UInt32) -> Bool {
        allowed.contains(Self.pair(from, target))
    }

    private static func pair(_ from: UInt32, _ target: UInt32) -> UInt64 {
        UInt64(from) << 32 | UInt64(target)
    }

    /// Of two entries for one role, which F-V refuses, the first counts.
    private static func pairs(_ changes: [Changes]) -> Set<UInt64> {
        var sources = Set<UInt32>()
        var pairs = Set<UInt64>()
        for change in changes where sources.insert(change.from).inserted {
            for target in change.targets { pairs.insert(pair(change.from, target)) }
        }
        return pairs
    }

    /// Those who are not on the list.
    package static let nobody: UInt32 = 0
    /// Those who must not come back (B-7).
    package static let banned: UInt32 = 1
    package static let bannedName = Text("banned")
}

/// ```
/// Role roles<V>;
/// ```
/// room-policy §3: the component `roles_list`
package struct RolesList: TLSCodable, Hashable, Sendable {
    package let roles: [Role]
    private let places: [UInt32: Int]

    /// Where an index is twice, the first place counts; F-V refuses such a list.
    package init(_ roles: [Role]) {
        self.roles = roles
        places = Dictionary(
            roles.enumerated().map { ($1.index, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        self.init(try reader.readList())
    }

    package func write(to writer: inout Writer) {
        writer.write(list: roles)
    }

    /// The role of an index.
    package subscript(index: UInt32) -> Role? { places[index].map { roles[$0] } }

    /// Whether role 1 is the one of banned users (B-7).
    package var hasBannedRole: Bool { self[Role.banned]?.name == Role.bannedName }
}
