import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy

/// Who does what, of what the policy of the room allows.
extension GeneratedRoom {
    /// Somebody on the participant list.
    struct Listed {
        let user: MIMIURI
        let role: UInt32
        let place: UInt32
    }

    func listed() throws -> [Listed] {
        try policy().participants.participants.enumerated().compactMap { place, pair in
            MIMIURI(pair.user, .user).map {
                Listed(user: $0, role: pair.role, place: UInt32(place))
            }
        }
    }

    private func policy() throws -> RoomPolicy {
        try RoomPolicy(
            residents[0].member.group.extensions.dictionary?.byComponent ?? [:],
            ComponentRegistry(WireProfile()))
    }

    /// How a step can be done now; nil if it can't.
    mutating func plan(_ step: Step) throws -> Plan? {
        switch step {
        case .rekey: planRekey()
        case .update: planUpdate()
        case .admit: try planAdmission(withClient: true)
        case .invite: try planAdmission(withClient: false)
        case .addDevice: try planDevice()
        case .removeDevice: planRemovalOfDevice()
        case .changeRole:
            try planChange {
                $0 > Role.banned
            } to: {
                $0 > Role.banned
            }
        case .remove:
            try planChange {
                $0 > Role.banned
            } to: {
                $0 == Role.nobody
            }
        case .ban:
            try planChange {
                $0 > Role.banned
            } to: {
                $0 == Role.banned
            }
        case .unban:
            try planChange {
                $0 == Role.banned
            } to: { _ in
                true
            }
        case .leave: try planLeave()
        case .rename, .preauthorize, .defineRoles, .changeBase: try planPolicy(step)
        case .join, .resync, .commit: nil
        }
    }

    // MARK: Clients

    private mutating func planRekey() -> Plan? {
        dice.pick(residents.indices).map { Plan(actor: $0, path: true) }
    }

    private mutating func planUpdate() -> Plan? {
        let able = residents.indices.filter {
            !waiting.leaving.contains(residents[$0].user)
                && !waiting.updating.contains(residents[$0].member.leafIndex)
        }
        // Somebody else is left to commit it.
        guard able.count > 1, let actor = dice.pick(able) else { return nil }
        return Plan(actor: actor, isUpdate: true)
    }

    private mutating func planDevice() throws -> Plan? {
        guard residents.count < size, let actor = dice.pick(residents.indices) else { return nil }
        let newcomer = try newcomer(of: residents[actor].user)
        return Plan(
            actor: actor, proposals: [.add(newcomer.package.keyPackage)], newcomers: [newcomer])
    }

    private mutating func planRemovalOfDevice() -> Plan? {
        guard let actor = dice.pick(residents.indices) else { return nil }
        let others = residents.indices.filter {
            $0 != actor && residents[$0].user == residents[actor].user
        }
        guard let other = dice.pick(others) else { return nil }
        return Plan(actor: actor, proposals: [.remove(leaf: residents[other].member.leafIndex)])
    }

    // MARK: Users

    private mutating func planAdmission(withClient: Bool) throws -> Plan? {
        let listed = try listed()
        let strangers = people.filter { user in !listed.contains { $0.user == user } }
        guard residents.count < size, let user = dice.pick(strangers),
            let (actor, role) = try pickChange(
                of: user, from: Role.nobody, in: listed,
                to: {
                    $0 > Role.banned
                })
        else { return nil }
        let update = ParticipantListUpdate(added: [UserRolePair(user.bytes, role: role)])
        var plan = Plan(actor: actor, proposals: [update.proposal])
        if withClient {
            let newcomer = try newcomer(of: user)
            plan.proposals.append(.add(newcomer.package.keyPackage))
            plan.newcomers = [newcomer]
        }
        return plan
    }

    /// Somebody who may do it changes the role of somebody else: one that `source` holds of becomes one
    /// that `target` does.
    private mutating func planChange(
        _ source: (UInt32) -> Bool, to target: (UInt32) -> Bool
    ) throws -> Plan? {
        let listed = try listed()
        guard let user = dice.pick(listed.filter { source($0.role) && $0.user != founder }),
            let (actor, role) = try pickChange(
                of: user.user, from: user.role, in: listed,
                to: { $0 != user.role && target($0) })
        else { return nil }
        let leaves = role > Role.banned ? [] : self.leaves(of: user.user)
        guard residents.count - leaves.count >= 2 || leaves.isEmpty else { return nil }
        var update = ParticipantListUpdate()
        if role == Role.nobody {
            update.removed = [user.place]
        } else {
            update.changed = [.init(place: user.place, role: role)]
        }
        return Plan(
            actor: actor, proposals: [update.proposal] + leaves.map { .remove(leaf: $0) },
            leaving: role > Role.banned ? [] : [user.user])
    }

    /// A client whose user may change another's role, and the new role.
    private mutating func pickChange(
        of user: MIMIURI, from old: UInt32, in listed: [Listed], to target: (UInt32) -> Bool
    ) throws -> (actor: Int, role: UInt32)? {
        let roles = try policy().roles
        let able = residents.indices.filter { place in
            residents[place].user != user
                && listed.contains {
                    $0.user == residents[place].user && $0.role >= Self.moderator
                }
        }
        guard let actor = dice.pick(able),
            let own = listed.first(where: { $0.user == residents[actor].user }),
            let role = roles[own.role]
        else { return nil }
        let possible = (Role.nobody...Self.moderator).filter {
            target($0) && role.mayChange(from: old, to: $0)
        }
        return dice.pick(possible).map { (actor, $0) }
    }

    /// A client takes its user and all clients of it out.
    private mutating func planLeave() throws -> Plan? {
        let able = residents.indices.filter { residents[$0].user != founder }
        guard let actor = dice.pick(able),
            let own = try listed().first(where: { $0.user == residents[actor].user }),
            try policy().roles[own.role]?.mayChange(from: own.role, to: Role.nobody) == true
        else { return nil }
        let leaf = residents[actor].member.leafIndex
        let leaves = leaves(of: own.user)
        guard residents.count - leaves.count >= 2 else { return nil }
        return Plan(
            actor: actor,
            proposals: [ParticipantListUpdate(removed: [own.place]).proposal]
                + leaves.map { $0 == leaf ? .selfRemove : .remove(leaf: $0) },
            leaving: [own.user])
    }

    private func leaves(of user: MIMIURI) -> [UInt32] {
        residents.filter { $0.user == user }.map(\.member.leafIndex)
    }

    // MARK: Policy

    private mutating func planPolicy(_ step: Step) throws -> Plan? {
        guard let actor = dice.pick(residents.indices.filter { residents[$0].user == founder })
        else { return nil }
        let policy = try policy()
        let number = dice.next() % 1000
        let component: (ComponentID, [UInt8])
        switch step {
        case .rename:
            var metadata = policy.metadata ?? RoomMetadata(uri: uri.bytes)
            metadata.name = Text("Room \(number)")
            component = (.roomMetadata, metadata.encoded)
        case .preauthorize:
            guard let member = policy.roles[Self.member] else { return nil }
            let claim = Claim(
                .x509, id: Array("2.5.4.10".utf8), value: Array("Company \(number)".utf8))
            let list = PreauthList([.init([claim], target: .role(member))])
            component = (.preauthList, list.encoded)
        case .defineRoles:
            component = (
                .rolesList, RolesList(Self.roles(moderators: "number \(number)")).encoded
            )
        default:
            var base = policy.base
            base.isDiscoverable.toggle()
            component = (.baseRoomPolicy, base.encoded)
        }
        let update = AppDataUpdate(component.0, .update(component.1))
        return Plan(actor: actor, proposals: [.appDataUpdate(update)])
    }
}
