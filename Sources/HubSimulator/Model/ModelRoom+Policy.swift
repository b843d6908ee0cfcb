/// Users before clients, clients before users, and what roles may do.
extension ModelRoom {
    /// What `fresh` proposals bring to the room, beside those that wait.
    func weigh(
        _ fresh: [Waiting], beside live: [Waiting], of sender: Motion.Sender, joiner: String?
    ) throws(Objection) {
        let before = effective
        var after = committed.counting((live + fresh).map(\.item))
        var coming = fresh.compactMap {
            if case .addClient(let client) = $0.item { client } else { nil }
        }
        if let joiner {
            coming.append(joiner)
            // A proposal to add it counts as well, as long as it waits.
            after.clients.insert(after.clients.contains(joiner) ? joiner + "'" : joiner)
        }
        for user in coming.map(\.user) {
            guard after.role(of: user) > RoleTable.banned, !isRestricted(user) else {
                throw Objection("E-8", "a client of \(user), who is not on the list")
            }
        }
        let going = fresh.compactMap(\.item.removed)
        let touched = Set(before.users.keys).union(after.users.keys).union(
            (coming + going).map(\.user))
        for user in touched.sorted()
        where before.role(of: user) > RoleTable.banned && after.role(of: user) <= RoleTable.banned {
            guard after.clients(of: user) == 0 else {
                throw Objection("E-9", "\(user) goes and leaves clients")
            }
        }
        if let client = sender.client, joiner == nil, isRestricted(client.user) { return }
        let actor = sender.client?.user
        for user in touched.sorted() {
            let moved = (before.role(of: user), after.role(of: user))
            let (adds, removes) = (
                coming.count { $0.user == user }, going.count { $0.user == user }
            )
            guard moved.0 != moved.1 || adds + removes > 0 else { continue }
            try check(user, moved, adds, removes, by: actor, isJoiner: joiner != nil)
        }
        for change in fresh.compactMap(\.item.listChanges).joined()
        where before.role(of: change.user) == after.role(of: change.user) {
            throw Objection("", "\(change) changes nothing")
        }
        for item in fresh.map(\.item) { try check(item, by: actor, before) }
        let added = fresh.compactMap(\.item.listChanges).joined().filter { $0.given == nil }
        guard added.allSatisfy({ committed.users[$0.user] == nil }) else {
            throw Objection("", "a user comes who is on the list")
        }
        try checkEnd(from: before, to: after)
    }

    /// One user, to whom exactly one thing happens.
    private func check(
        _ user: String, _ moved: (from: UInt32, to: UInt32), _ adds: Int, _ removes: Int,
        by actor: String?, isJoiner: Bool
    ) throws(Objection) {
        let role = actor.map { effective.role(of: $0) } ?? RoleTable.nobody
        let isSelf = user == actor
        let allowed: Bool
        func may(_ act: RoleTable.Act) -> Bool { roles.may(role, act) }
        let mayMove = roles.may(role, move: moved.from, to: moved.to)
        switch moved {
        case (RoleTable.nobody, RoleTable.nobody):
            allowed = false
        case (RoleTable.nobody, RoleTable.banned):
            allowed = (may(.ban) || may(.addUser)) && mayMove && adds == 0
        case (RoleTable.nobody, let target) where isSelf:
            allowed =
                isJoiner && removes == 0 && roles.may(RoleTable.nobody, .openJoin)
                && roles.may(RoleTable.nobody, move: RoleTable.nobody, to: target)
        case (RoleTable.nobody, _):
            allowed = may(.addUser) && mayMove && removes == 0
        case (_, RoleTable.nobody):
            allowed = may(isSelf ? .leave : .removeUser) && mayMove && adds == 0
        case (let from, let target) where from == target:
            if adds > 0 {
                allowed =
                    isSelf && may(.addOwnClient)
                    && (removes == 0 || isJoiner || may(.removeOwnClient))
            } else {
                allowed = may(isSelf ? .removeOwnClient : .kick)
            }
        case (_, RoleTable.banned):
            allowed = may(.ban) && mayMove && adds == 0
        case (RoleTable.banned, _):
            allowed = may(.unban) && mayMove && adds + removes == 0
        default:
            // Nobody is preauthorized for another role of their own.
            allowed = !isSelf && may(.changeRole) && mayMove && adds + removes == 0
        }
        guard allowed else {
            throw Objection("", "role \(role) may not: \(user) \(moved) +\(adds) -\(removes)")
        }
    }

    private func check(
        _ item: Item, by actor: String?, _ before: Standing
    ) throws(Objection) {
        let role = actor.map { before.role(of: $0) } ?? RoleTable.nobody
        let allowed: Bool
        switch item {
        case .word(.name, let text):
            allowed = before.words[.name] == text || roles.may(role, .rename)
        case .word(.roles, _): allowed = roles.may(role, .defineRoles)
        case .word(.preauth, _): allowed = roles.may(role, .preauthorize)
        case .word(.base, _): allowed = roles.may(role, .changeBase)
        case .update: allowed = actor != nil
        case .followers: allowed = false
        default: allowed = true
        }
        guard allowed else { throw Objection("", "role \(role) may not: \(item)") }
    }

    /// Where the room must not get to, whoever leads it there.
    func checkEnd(from before: Standing, to after: Standing) throws(Objection) {
        if after.clients.count > before.clients.count || after.words[.base] != before.words[.base] {
            guard after.clients.count <= maximumClients else {
                throw Objection("", "\(after.clients.count) clients")
            }
        }
        func active(_ standing: Standing) -> Int {
            standing.users.count {
                $0.value == RoleTable.banned && standing.clients(of: $0.key) > 0
            }
        }
        guard active(after) <= active(before) else { throw Objection("", "a banned user's client") }
    }

    // MARK: Beside updates

    /// Whether a client may send a message in an epoch.
    func checkMessage(
        of client: String, by source: String, epoch: UInt64
    ) throws(Objection) {
        let user = client.user
        if isClosed { throw Objection("B-15", "the room is closed") }
        if isRestricted(user) { throw Objection("E-10", "a message of \(user), who must go") }
        guard epoch == self.epoch else { throw Objection("", "a message of epoch \(epoch)") }
        guard source == user.domain else { throw Objection("A-9", "a message by \(source)") }
        let standing = effective
        guard committed.clients(of: user) > 0, standing.clients(of: user) > 0,
            standing.role(of: user) > RoleTable.banned, roles.may(standing.role(of: user), .send)
        else { throw Objection("", "a message of \(user)") }
    }

    /// Whether a client may have the room's GroupInfo.
    func mayRead(_ client: String) -> Bool {
        let role = effective.role(of: client.user)
        if isClosed || isRestricted(client.user) { return false }
        return role == RoleTable.nobody
            ? roles.may(role, .openJoin) : roles.may(role, .addOwnClient)
    }

    /// Whether a store that is full takes what leads to another room: if someone goes, and nobody comes.
    func isRelieved(by next: ModelRoom) -> Bool {
        func sizes(_ room: ModelRoom) -> [Int] {
            [
                room.committed.clients.count, room.effective.clients.count,
                room.effective.users.values.count { $0 > RoleTable.banned },
            ]
        }
        func banned(_ room: ModelRoom) -> Int {
            room.effective.users.values.count { $0 == RoleTable.banned }
        }
        let (then, now) = (sizes(self), sizes(next))
        return zip(now, then).allSatisfy { $0 <= $1 }
            && (now != then || banned(next) > banned(self))
    }
}
