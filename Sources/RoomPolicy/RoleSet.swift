/// The example role sets of room-policy §10: ready for use, and what scenarios name.
package enum RoleSet: String, CaseIterable, Sendable {
    /// A few friends: everyone may add and remove.
    case cooperative
    /// Administrators decide who comes and goes.
    case administered
    /// An audience, speakers and moderators.
    case moderated

    package var roles: [Role] {
        switch self {
        case .cooperative: Self.cooperativeRoles
        case .administered: Self.administeredRoles
        case .moderated: Self.moderatedRoles
        }
    }

    private static let cooperativeRoles: [Role] = [
        Role(index: 0, name: "no_role", activeParticipants: .init(0, 0)),
        Role(index: 1, name: "banned", activeParticipants: .init(0, 0)),
        Role(
            index: 2, name: "ordinary_user",
            capabilities: .values(
                0x0000...0x0003, 0x0006...0x0006, 0x0100...0x0105, 0x0107...0x0107, 0x0109...0x010a,
                0x010c...0x010e, 0x0200...0x020b, 0x0300...0x0300, 0x0302...0x0304, 0x0380...0x0383),
            changes: [.init(from: 0, to: [2]), .init(from: 2, to: [0])]),
        Role(
            index: 3, name: "group_admin",
            capabilities: .values(
                0x0000...0x0003, 0x0006...0x0006, 0x000a...0x000c, 0x000f...0x000f, 0x0100...0x0105,
                0x0107...0x0107, 0x0109...0x010f, 0x0200...0x020b, 0x0300...0x0304, 0x0380...0x0383),
            participants: .init(1),
            changes: [
                .init(from: 0, to: [1, 2, 3]), .init(from: 1, to: [0, 2, 3]),
                .init(from: 2, to: [0, 1, 3]), .init(from: 3, to: [0, 1, 2]),
            ]),
        Role(
            index: 4, name: "super_admin",
            capabilities: .values(
                0x0000...0x0003, 0x0006...0x0006, 0x000a...0x000c, 0x000f...0x000f, 0x0100...0x0105,
                0x0107...0x0107, 0x0109...0x010f, 0x0200...0x020b, 0x0300...0x0304, 0x0380...0x0383,
                0x0501...0x0502, 0x0504...0x0504),
            changes: [
                .init(from: 0, to: [1, 2, 3, 4]), .init(from: 1, to: [0, 2, 3, 4]),
                .init(from: 2, to: [0, 1, 3, 4]), .init(from: 3, to: [0, 1, 2, 4]),
                .init(from: 4, to: [0, 1, 2, 3]),
            ]),
        Role(
            index: 5, name: "policy_enforcer",
            capabilities: .values(
                0x0001...0x0001, 0x000a...0x000b, 0x000f...0x000f, 0x0501...0x0501, 0x0503...0x0504,
                0x0600...0x0601), participants: .init(1, 2), activeParticipants: .init(0, 0),
            changes: [
                .init(from: 0, to: [1]), .init(from: 1, to: [0]), .init(from: 2, to: [0, 1]),
                .init(from: 3, to: [0, 1]), .init(from: 4, to: [0, 1]),
            ]),
    ]

    private static let administeredRoles: [Role] = [
        Role(
            index: 0, name: "no_role", capabilities: .values(0x0009...0x0009),
            activeParticipants: .init(0, 0), changes: [.init(from: 0, to: [2])]),
        Role(index: 1, name: "banned", activeParticipants: .init(0, 0)),
        Role(
            index: 2, name: "ordinary_user",
            capabilities: .values(
                0x0002...0x0003, 0x0005...0x0006, 0x0010...0x0010, 0x0100...0x0103, 0x0105...0x0105,
                0x0107...0x0107, 0x0109...0x010a, 0x010c...0x010d, 0x0200...0x020b, 0x0380...0x0383),
            changes: [.init(from: 0, to: [2]), .init(from: 2, to: [0])]),
        Role(
            index: 3, name: "group_admin",
            capabilities: .values(
                0x0000...0x0003, 0x0005...0x0008, 0x000a...0x000c, 0x000f...0x0010, 0x0100...0x0103,
                0x0105...0x0105, 0x0107...0x010f, 0x0200...0x020b, 0x0300...0x0304, 0x0380...0x0383),
            participants: .init(1),
            changes: [
                .init(from: 0, to: [1, 2, 3]), .init(from: 1, to: [0, 2, 3]),
                .init(from: 2, to: [0, 1, 3]), .init(from: 3, to: [0, 1, 2]),
            ]),
        Role(
            index: 4, name: "super_admin",
            capabilities: .values(
                0x0000...0x0003, 0x0005...0x0008, 0x000a...0x000c, 0x000f...0x0010, 0x0100...0x0103,
                0x0105...0x0105, 0x0107...0x010f, 0x0200...0x020b, 0x0300...0x0304, 0x0380...0x0383,
                0x0501...0x0504, 0x0601...0x0601),
            changes: [
                .init(from: 0, to: [1, 2, 3, 4]), .init(from: 1, to: [0, 2, 3, 4]),
                .init(from: 2, to: [0, 1, 3, 4]), .init(from: 3, to: [0, 1, 2, 4]),
                .init(from: 4, to: [0, 1, 2, 3]),
            ]),
        Role(
            index: 5, name: "policy_enforcer",
            capabilities: .values(
                0x0001...0x0001, 0x000a...0x000b, 0x000f...0x000f, 0x0501...0x0501, 0x0503...0x0504,
                0x0600...0x0601), participants: .init(1, 2), activeParticipants: .init(0, 0),
            changes: [
                .init(from: 0, to: [1]), .init(from: 1, to: [0]), .init(from: 2, to: [0, 1]),
                .init(from: 3, to: [0, 1]), .init(from: 4, to: [0, 1]),
            ]),
    ]

    private static let moderatedRoles: [Role] = [
        Role(
            index: 0, name: "no_role", capabilities: .values(0x0009...0x0009),
            changes: [.init(from: 0, to: [2, 3])]),
        Role(index: 1, name: "banned", activeParticipants: .init(0, 0)),
        Role(
            index: 2, name: "guest",
            capabilities: .values(
                0x0006...0x0006, 0x0101...0x0102, 0x0105...0x0105, 0x0107...0x0107, 0x0204...0x0206,
                0x020a...0x020b), changes: [.init(from: 0, to: [2]), .init(from: 2, to: [0])]),
        Role(
            index: 3, name: "attendee",
            capabilities: .values(
                0x0002...0x0003, 0x0005...0x0006, 0x0010...0x0010, 0x0101...0x0103, 0x0105...0x0105,
                0x0107...0x0107, 0x010d...0x010d, 0x0204...0x0207, 0x020a...0x020b, 0x0380...0x0381,
                0x0383...0x0383), changes: [.init(from: 0, to: [3]), .init(from: 3, to: [0])]),
        Role(
            index: 4, name: "speaker",
            capabilities: .values(
                0x0002...0x0003, 0x0005...0x0006, 0x0010...0x0010, 0x0100...0x0103, 0x0105...0x0105,
                0x0107...0x0107, 0x0109...0x010a, 0x010c...0x010d, 0x0200...0x020b, 0x0380...0x0381,
                0x0383...0x0383), changes: [.init(from: 0, to: [4]), .init(from: 4, to: [0])]),
        Role(
            index: 5, name: "moderator",
            capabilities: .values(
                0x0000...0x0003, 0x0005...0x0008, 0x000a...0x000c, 0x000f...0x0010, 0x0100...0x0103,
                0x0105...0x0105, 0x0107...0x010f, 0x0200...0x020b, 0x0300...0x0300, 0x0302...0x0304,
                0x0380...0x0381, 0x0383...0x0383), participants: .init(1),
            changes: [
                .init(from: 0, to: [1, 2, 3, 4, 5]), .init(from: 1, to: [0, 2, 3, 4, 5]),
                .init(from: 2, to: [0, 1, 3, 4, 5]), .init(from: 3, to: [0, 1, 2, 4, 5]),
                .init(from: 4, to: [0, 1, 2, 3, 5]), .init(from: 5, to: [0, 1, 2, 3, 4]),
            ]),
        Role(
            index: 6, name: "super_admin",
            capabilities: .values(
                0x0000...0x0003, 0x0005...0x0008, 0x000a...0x000c, 0x000f...0x0010, 0x0100...0x0103,
                0x0105...0x0105, 0x0107...0x010f, 0x0200...0x020b, 0x0300...0x0304, 0x0380...0x0381,
                0x0383...0x0383, 0x0501...0x0504, 0x0601...0x0601),
            changes: [
                .init(from: 0, to: [1, 2, 3, 4, 5, 6]), .init(from: 1, to: [0, 2, 3, 4, 5, 6]),
                .init(from: 2, to: [0, 1, 3, 4, 5, 6]), .init(from: 3, to: [0, 1, 2, 4, 5, 6]),
                .init(from: 4, to: [0, 1, 2, 3, 5, 6]), .init(from: 5, to: [0, 1, 2, 3, 4, 6]),
                .init(from: 6, to: [0, 1, 2, 3, 4, 5]),
            ]),
        Role(
            index: 7, name: "policy_enforcer",
            capabilities: .values(
                0x0001...0x0001, 0x000a...0x000b, 0x000f...0x000f, 0x0501...0x0501, 0x0503...0x0504,
                0x0600...0x0601), participants: .init(1, 2), activeParticipants: .init(0, 0),
            changes: [
                .init(from: 0, to: [1]), .init(from: 1, to: [0]), .init(from: 2, to: [0, 1]),
                .init(from: 3, to: [0, 1]), .init(from: 4, to: [0, 1]), .init(from: 5, to: [0, 1]),
                .init(from: 6, to: [0, 1]),
            ]),
    ]
}

extension [Capability] {
    /// The capabilities of ranges of values.
    fileprivate static func values(_ ranges: ClosedRange<UInt16>...) -> [Capability] {
        ranges.flatMap { $0.map { Capability($0) } }
    }
}
