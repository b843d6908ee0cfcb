import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState

/// What the policy of a MIMI room says, as JSON: the effective state in the order of the list, and the
/// committed list beside it.
package struct PolicySnapshot: Encodable, Sendable {
    package struct Participant: Encodable, Sendable {
        package let user: String
        package let role: UInt32
        package let roleName: String
        /// Whether the user has a client in the group, with what waits counted in.
        package let active: Bool
        /// Whether the user's clients may only take themselves out.
        package let restricted: Bool
        /// With what waits counted in; `members` are those of the tree.
        package let clients: [String]

        private enum CodingKeys: String, CodingKey {
            case user, role, active, restricted, clients
            case roleName = "role_name"
        }
    }

    package struct Committed: Encodable, Sendable {
        package let participants: [Pair]
    }

    /// `[user, role]`
    package struct Pair: Encodable, Sendable {
        package let user: String
        package let role: UInt32

        package func encode(to encoder: any Encoder) throws {
            var list = encoder.unkeyedContainer()
            try list.encode(user)
            try list.encode(role)
        }
    }

    package let participants: [Participant]
    package let committed: Committed
    package let roles: [RoleSnapshot]
    package let base: BaseSnapshot
    package let preauth: [PreauthSnapshot]
    package let metadata: MetadataSnapshot?

    init(_ room: MIMIRoom) {
        let policy = room.effective
        var clients: [[UInt8]: [String]] = [:]
        // As all of this, with what waits counted in.
        let going = room.group.pending.removed
        for member in room.group.tree.members where !going.contains(member.index) {
            guard let user = room.user(ofLeaf: member.index) else { continue }
            clients[user, default: []].append(name(of: member.leaf.credential))
        }
        for case .add(let keyPackage) in room.group.pending.list.map(\.proposal) {
            let credential = keyPackage.leafNode.credential
            guard let user = room.user(of: credential) else { continue }
            clients[user, default: []].append(name(of: credential))
        }
        participants = policy.participants.participants.map {
            Participant(
                user: text($0.user), role: $0.role,
                roleName: policy.role($0.role).name.description,
                active: room.effectiveLeaves[$0.user] > 0, restricted: room.isRestricted($0.user),
                clients: clients[$0.user] ?? [])
        }
        committed = Committed(
            participants: room.committed.participants.participants.map {
                Pair(user: text($0.user), role: $0.role)
            })
        roles = policy.roles.roles.map(RoleSnapshot.init)
        base = BaseSnapshot(policy.base)
        preauth = policy.preauth.entries.map(PreauthSnapshot.init)
        metadata = policy.metadata.map(MetadataSnapshot.init)
    }
}

/// A role, in the words of scenarios: a maximum that there is not is left out.
package struct RoleSnapshot: Encodable, Sendable {
    package let index: UInt32
    package let name: String
    package let description: String?
    package let capabilities: [String]
    package let min: UInt32
    package let max: UInt32?
    package let minActive: UInt32
    package let maxActive: UInt32?
    package let changes: [Change]

    /// `[from, [to…]]`
    package struct Change: Encodable, Sendable {
        package let from: UInt32
        package let targets: [UInt32]

        package func encode(to encoder: any Encoder) throws {
            var list = encoder.unkeyedContainer()
            try list.encode(from)
            try list.encode(targets)
        }
    }

    init(_ role: Role) {
        index = role.index
        name = role.name.description
        description = role.description.isEmpty ? nil : role.description.description
        capabilities = role.capabilities.map(\.name)
        min = role.participants.minimum
        max = role.participants.maximum
        minActive = role.activeParticipants.minimum
        maxActive = role.activeParticipants.maximum
        changes = role.changes.map { Change(from: $0.from, targets: $0.targets) }
    }
}

/// The base room policy; limits that are none are left out.
package struct BaseSnapshot: Encodable, Sendable {
    package let fixedMembership: Bool
    package let parentDependent: Bool
    package let parentRoom: String
    package let multiDevice: Bool
    package let maxClients: UInt32?
    package let maxUsers: UInt32?
    package let pseudonymsAllowed: Bool
    package let persistentRoom: Bool
    package let discoverable: Bool

    init(_ base: BaseRoomPolicy) {
        fixedMembership = base.isFixedMembership
        parentDependent = base.isParentDependent
        parentRoom = text(base.parentRooms.first ?? [])
        multiDevice = base.isMultiDevice
        maxClients = base.maximumClients
        maxUsers = base.maximumUsers
        pseudonymsAllowed = base.allowsPseudonyms
        persistentRoom = base.isPersistent
        discoverable = base.isDiscoverable
    }
}

/// A preauthorization.
package struct PreauthSnapshot: Encodable, Sendable {
    package struct Claim: Encodable, Sendable {
        package let type: UInt16
        package let id: String
        package let value: String
    }

    package let claims: [Claim]
    package let role: UInt32

    init(_ entry: PreauthList.Entry) {
        claims = entry.claims.map {
            Claim(type: $0.credentialType.rawValue, id: text($0.id), value: text($0.value))
        }
        role = entry.target.index
    }
}

/// The room's metadata; of several descriptions, the first.
package struct MetadataSnapshot: Encodable, Sendable {
    package let roomUri: String
    package let name: String
    package let description: String
    package let avatar: String
    package let subject: String
    package let mood: String

    init(_ metadata: RoomMetadata) {
        roomUri = text(metadata.uri)
        name = metadata.name.description
        description = metadata.descriptions.first?.content.description ?? ""
        avatar = text(metadata.avatar)
        subject = metadata.subject.description
        mood = metadata.mood.description
    }
}

/// Bytes that are text, or as hex where they are not.
private func text(_ bytes: [UInt8]) -> String {
    String(validating: bytes, as: UTF8.self) ?? "hex:" + hex(bytes)
}
