import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy

/// What the hub proposes by itself.
extension MIMIRoom {
    /// The hub's key of this room, as an external sender of its group.
    package var hubKey: HubKey? { hubSender(in: group.extensions)?.key }

    /// Proposals as messages of the hub in the current epoch; nil if it has no key of the room.
    package func hubMessages(of proposals: [Proposal]) -> [MLSMessage]? {
        hubMessages(of: proposals, in: group.context.epoch, group.extensions)?.map {
            .publicMessage($0)
        }
    }

    /// The same in an epoch whose extensions these are.
    func hubMessages(
        of proposals: [Proposal], in epoch: UInt64, _ extensions: ContextExtensions
    ) -> [PublicMessage]? {
        guard let (key, index) = hubSender(in: extensions) else { return nil }
        let data = extensions.isSafeAADRequired ? SafeAAD([]).encoded : []
        do {
            return try proposals.map {
                try key.proposal(
                    $0, in: group.context, epoch: epoch, index: index, authenticatedData: data)
            }
        } catch {
            preconditionFailure("the hub's key does not sign: \(error)")
        }
    }

    /// B-13: those who are not in the parent room, or are banned there. A user whose addition waits must
    /// first be committed.
    package func users(notIn parent: ParticipantList) -> [[UInt8]] {
        effective.participants.participants.filter {
            $0.role > Role.banned && parent.role(of: $0.user) <= Role.banned
        }.map(\.user).filter(committed.participants.contains)
    }

    /// What takes users out, with all their clients.
    package func removals(of users: [[UInt8]]) -> [Proposal] {
        let places = users.compactMap { committed.participants.place(of: $0) }
        guard !places.isEmpty else { return [] }
        var update = ParticipantListUpdate()
        update.removed = places.map(UInt32.init)
        let users = Set(users)
        let going = group.pending.removed
        let leaves = group.tree.members.filter { member in
            !going.contains(member.index)
                && user(of: member.leaf.credential).map(users.contains) ?? false
        }
        return [update.proposal] + leaves.map { .remove(leaf: $0.index) }
    }
}

extension GroupGenesis {
    /// The parent that the room would have, if the bytes are a room's.
    package var namedParent: [UInt8]? {
        guard case .groupInfo(let info)? = try? MLSMessage(parsing: groupInfo),
            let data = info.groupContext.extensions.data(of: .appDataDictionary),
            let components = try? AppDataDictionary(parsing: data).byComponent,
            let base = components[.baseRoomPolicy].flatMap({ try? BaseRoomPolicy(parsing: $0) }),
            let parent = base.parentRooms.first
        else { return nil }
        return parent
    }
}
