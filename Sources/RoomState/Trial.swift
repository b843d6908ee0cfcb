import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RuleBook

/// One update before its room: how proposals, list and policy are weighed together.
///
/// The rules of section E are in `Order/`, one in each file.
struct Trial {
    let room: MIMIRoom
    let update: RoomUpdate
    let actor: Actor
    /// Milliseconds since the Unix epoch.
    let now: UInt64?
    let judge: PolicyJudge
    let parents: ParentRooms

    var group: PublicGroup { room.group }
    var profile: GroupProfile { room.profile }
    var rules: Enforcement { room.profile.enforcement }

    /// The proposals that wait.
    var waiting: [CommitProposals.Entry] {
        group.pending.list.map { CommitProposals.Entry($0) }
    }

    /// Judges what `new` proposals bring to the room, when they count beside those of `all` that are
    /// not new; returns the room with them counted in.
    func weigh(
        new: [CommitProposals.Entry], in all: [CommitProposals.Entry], joiner: [UInt8]? = nil
    ) throws(Refusal) -> EffectiveRoom {
        let after = try EffectiveRoom(room, counting: all, joiner: joiner)
        let change = describe(new, after, joiner: joiner)
        try checkUsersBeforeClients(change)
        try checkClientsBeforeUsers(change)
        // E-10 let a restricted user do nothing but go, which takes no capability.
        if !isRestricted, !isDuty(new) { try judge.judge(change, by: actor) }
        return after
    }

    /// D-34: every update is one that its component accepts by itself, at the places of the committed
    /// data (E-22).
    func checkPayloads(_ new: [CommitProposals.Entry]) throws(Refusal) {
        for case .appDataUpdate(let update) in new.map(\.proposal) {
            guard case .update(let payload) = update.operation else { continue }
            let data = room.committed.components[update.component]
            try rules.require(
                .appDataUpdate,
                room.registry.updating(update.component, data, with: [payload]) != nil,
                "component \(update.component)", expected: "an update that it accepts",
                found: hex(payload))
        }
    }

    /// What the new proposals do, in the words of the policy.
    private func describe(
        _ new: [CommitProposals.Entry], _ after: EffectiveRoom, joiner: [UInt8]?
    ) -> RoomChange {
        var change = RoomChange(
            from: room.effective, to: after.policy, leaves: room.effectiveLeaves,
            then: after.leaves)
        if let joiner { change.addedClients[joiner, default: 0] += 1 }
        for entry in new {
            switch entry.proposal {
            case .add(let keyPackage):
                guard let user = room.user(of: keyPackage.leafNode.credential) else { continue }
                change.addedClients[user, default: 0] += 1
            case .remove, .selfRemove:
                guard let user = entry.target.flatMap({ room.user(ofLeaf: $0) }) else { continue }
                change.removedClients[user, default: 0] += 1
            case .appDataUpdate(let update):
                change.items.append(.component(update.component))
                if let list = listChanges(entry) {
                    let users = list.changed.map(\.user) + list.added.map(\.user)
                    let stays = { (user: [UInt8]) in
                        after.policy.participants.role(of: user)
                            == room.effective.participants.role(of: user)
                    }
                    change.isIdle = change.isIdle || users.isEmpty || users.contains(where: stays)
                }
            case .update: change.items.append(.update)
            case .psk: change.items.append(.psk)
            case .reInit: change.items.append(.reInit)
            case .externalInit: break
            case .groupContextExtensions(let list):
                change.items.append(.groupContextExtensions(isRequired: isRequired(list)))
            case .appEphemeral(let ephemeral):
                change.items.append(.ephemeral(ephemeral.component))
            case .other(let type, _): change.items.append(.other(type))
            }
        }
        return change
    }

    /// The committed users whom a list update changes or removes, with the role they get, and those
    /// whom it adds; nil for what is no list update or names places that are none.
    func listChanges(
        _ entry: CommitProposals.Entry
    ) -> (changed: [(user: [UInt8], role: UInt32)], added: [UserRolePair])? {
        guard case .appDataUpdate(let update) = entry.proposal,
            update.component == .participantList, case .update(let payload) = update.operation,
            let list = try? ParticipantListUpdate(parsing: payload)
        else { return nil }
        let users = room.committed.participants.participants
        var changed: [(user: [UInt8], role: UInt32)] = []
        for change in list.changed where change.place < users.count {
            changed.append((users[Int(change.place)].user, change.role))
        }
        for place in list.removed where place < users.count {
            changed.append((users[Int(place)].user, Role.nobody))
        }
        return (changed, list.added)
    }
}
