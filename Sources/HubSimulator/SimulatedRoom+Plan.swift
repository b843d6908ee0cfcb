import MLSMember
import Scenario

/// What somebody tries next. Most of it may be; what may not is for the model to know.
extension SimulatedRoom {
    enum Step: String, CaseIterable {
        // A member's proposals or commits
        case rekey, update, commit, admit, invite, addDevice, foreignDevice, removeDevice, kick
        case changeRole, remove, ban, unban, leave, selfRemove
        case rename, defineRoles, preauthorize, changeBase
        // External commits
        case join, resync, openJoin
        /// Anything, with something wrong about it.
        case hostile

        var weight: Int {
            switch self {
            case .commit: 14
            case .hostile: 10
            case .admit: 8
            case .changeRole, .remove, .ban, .rename: 4
            case .rekey, .update, .addDevice, .leave, .join, .unban, .kick: 3
            case .invite, .resync, .openJoin, .removeDevice, .foreignDevice: 2
            case .selfRemove, .defineRoles, .preauthorize, .changeBase: 1
            }
        }

        static let drawn = allCases.flatMap { Array(repeating: $0, count: $0.weight) }

        /// What a user must be able to do for it; nil for what everybody can, or nobody.
        fileprivate var act: RoleTable.Act? {
            switch self {
            case .admit, .invite: .addUser
            case .kick: .kick
            case .changeRole: .changeRole
            case .remove: .removeUser
            case .ban: .ban
            case .unban: .unban
            case .rename: .rename
            case .defineRoles: .defineRoles
            case .preauthorize: .preauthorize
            case .changeBase: .changeBase
            default: nil
            }
        }
    }

    /// Who does what.
    struct Plan {
        let actor: String
        var items: [Item]
    }

    /// The next update; nil if what was drawn can't be tried now.
    func next() async throws -> Prepared? {
        guard let step = dice.pick(Step.drawn) else { return nil }
        switch step {
        case .hostile: return try await hostile()
        default: return try await honest(step)
        }
    }

    /// An update in whose message nothing is wrong.
    func honest(_ step: Step) async throws -> Prepared? {
        switch step {
        case .join, .resync, .openJoin: return try await comeIn(step)
        case .commit, .rekey:
            guard let actor = actor(for: step) else { return nil }
            return try commit(Plan(actor: actor, items: []), step)
        default:
            guard var plan = try plan(step) else { return nil }
            try spoil(&plan)
            let isProposed =
                [.update, .leave, .selfRemove].contains(step) || dice.hits(oneIn: 2)
            return isProposed
                ? try propose(plan.items, as: plan.actor, step.rawValue)
                : try commit(plan, step)
        }
    }

    private func commit(_ plan: Plan, _ step: Step) throws -> Prepared {
        var names = try names(for: plan.items, as: plan.actor)
        if !names.isEmpty, dice.hits(oneIn: 10) {
            names.remove(at: Int.random(in: names.indices, using: &dice))
        } else if dice.hits(oneIn: 20) {
            names = try member(plan.actor).group.pending.list.map(\.reference)
        }
        return try commit(plan.items, as: plan.actor, naming: names, step.rawValue)
    }

    /// Clients that think they are members.
    var members: [String] {
        performers.values.filter { $0.member != nil }.map(\.name).sorted()
    }

    /// Somebody who may do it, or, now and then, anybody.
    private func actor(for step: Step) -> String? {
        let standing = model.effective
        let able = members.filter { name in
            guard let act = step.act else { return true }
            return model.roles.may(standing.role(of: name.user), act)
        }
        // Those who may do these are few, and so are those whom it is done to.
        let isRare = step == .kick || step == .unban
        return dice.pick(dice.hits(oneIn: isRare ? 2 : 4) ? members : able)
    }

    /// The clients of a user that are not about to go.
    private func leaves(of user: String) -> [String] {
        model.committed.clients.intersection(model.effective.clients)
            .filter { $0.user == user }.sorted()
    }

    private func listed(_ isWanted: (UInt32) -> Bool = { _ in true }) -> [String] {
        model.effective.users.filter { isWanted($0.value) }.keys.sorted()
    }

    // MARK: Plans

    private func plan(_ step: Step) throws -> Plan? {
        guard let actor = actor(for: step) else { return nil }
        let items: [Item]?
        switch step {
        case .update: items = [.update(actor)]
        case .selfRemove: items = [.selfRemove(actor)]
        case .admit, .invite: items = try admission(withClient: step == .admit)
        case .addDevice: items = [.addClient(try newClient(of: actor.user))]
        case .foreignDevice:
            items = try dice.pick(people).map { [.addClient(try newClient(of: $0))] }
        case .removeDevice:
            items = dice.pick(leaves(of: actor.user).filter { $0 != actor }).map {
                [.removeClient($0)]
            }
        case .kick:
            let others = model.committed.clients.filter { $0.user != actor.user }.sorted()
            items = dice.pick(others).map { [.removeClient($0)] }
        case .changeRole:
            let role = UInt32.random(in: 2...4, using: &dice)
            items = dice.pick(listed { $0 > RoleTable.banned && $0 != role }).map {
                [.list([.move($0, role: role)])]
            }
        case .remove:
            items = dice.pick(listed()).map { user in
                [.list([.remove(user)])] + leaves(of: user).map { .removeClient($0) }
            }
        case .ban: items = ban()
        case .unban:
            let back = dice.hits(oneIn: 2)
            items = dice.pick(listed { $0 == RoleTable.banned }).map {
                [.list([back ? .move($0, role: RoleTable.member) : .remove($0)])]
            }
        case .leave:
            items =
                [.list([.remove(actor.user)])]
                + leaves(of: actor.user).map {
                    $0 == actor ? .selfRemove($0) : .removeClient($0)
                }
        default: items = words(step)
        }
        return items.map { Plan(actor: actor, items: $0) }
    }

    private func admission(withClient: Bool) throws -> [Item]? {
        let strangers = people.filter { model.effective.users[$0] == nil }
        guard let user = dice.pick(dice.hits(oneIn: 10) ? people : strangers) else { return nil }
        let role = dice.hits(oneIn: 4) ? RoleTable.moderator : RoleTable.member
        let change = Item.list([.add(user, role: role)])
        return withClient ? [change, .addClient(try newClient(of: user))] : [change]
    }

    private func ban() -> [Item]? {
        let strangers = people.filter { model.effective.users[$0] == nil }
        if dice.hits(oneIn: 6), let user = dice.pick(strangers) {
            return [.list([.add(user, role: RoleTable.banned)])]
        }
        return dice.pick(listed { $0 > RoleTable.banned }).map { user in
            [.list([.move(user, role: RoleTable.banned)])]
                + leaves(of: user).map { .removeClient($0) }
        }
    }

    private func words(_ step: Step) -> [Item]? {
        let number = dice.next() % 1000
        switch step {
        case .rename: return [.word(.name, "Room \(number)")]
        case .defineRoles: return [.word(.roles, "definition \(number)")]
        case .preauthorize: return [.word(.preauth, "Company \(number)")]
        case .changeBase: return [.word(.base, "\(model.effective.words[.base] != "true")")]
        default: return nil
        }
    }

    /// Now and then something is left out, or comes on top.
    private func spoil(_ plan: inout Plan) throws {
        guard dice.hits(oneIn: 6) else { return }
        switch Int.random(in: 0..<4, using: &dice) {
        case 0 where plan.items.count > 1:
            plan.items.remove(at: Int.random(in: plan.items.indices, using: &dice))
        case 1 where plan.items.count > 1:
            plan.items = plan.items.filter { $0.removed == nil }
        case 2:
            guard let user = dice.pick(listed()) else { return }
            plan.items.append(.list([.move(user, role: RoleTable.member)]))
        default:
            plan.items += words(
                [.rename, .defineRoles, .preauthorize].randomElement(using: &dice)!)!
        }
        if plan.items.isEmpty { plan.items = [.word(.name, "nothing else")] }
    }

    // MARK: External commits

    private func comeIn(_ step: Step) async throws -> Prepared? {
        var items: [Item] = []
        let client: String?
        switch step {
        case .resync:
            client = dice.pick(members)
            items = client.map { [.removeClient($0)] } ?? []
        case .openJoin:
            let user = dice.pick(people.filter { model.effective.users[$0] == nil })
            client = try user.map(idleClient)
            let role = dice.hits(oneIn: 6) ? RoleTable.moderator : RoleTable.member
            items = user.map { [.list([.add($0, role: role)])] } ?? []
        default:
            let user = dice.pick(dice.hits(oneIn: 4) ? people : listed { $0 > RoleTable.banned })
            client = try user.map(idleClient)
        }
        guard let client else { return nil }
        if dice.hits(oneIn: 12), let other = dice.pick(model.committed.clients.sorted()) {
            items.append(.removeClient(other))
        }
        return try await join(
            items, as: client, dropping: dice.hits(oneIn: 8), step.rawValue)
    }

    /// A client of a user that is in no group.
    private func idleClient(of user: String) throws -> String {
        let idle = performers.values.filter { $0.member == nil && $0.name.user == user }
            .map(\.name).sorted()
        return try dice.pick(idle) ?? newClient(of: user)
    }
}
