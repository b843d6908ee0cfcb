/// What a room should be: sets, dictionaries and a list, and what an accepted update does to them. It was
/// written from the rules and not from the code that enforces them, and shares none of it.
struct ModelRoom {
    /// A proposal that waits for a commit.
    struct Waiting: Hashable {
        let item: Item
        let sender: Motion.Sender
        /// Nil where the hub has proposed, until it is known how.
        var reference: [UInt8]?
    }

    /// The hub's domain.
    let hub: String
    let roles: RoleTable
    /// Clients that it may have at most.
    let maximumClients: Int
    var committed: Standing
    var epoch: UInt64 = 0
    var waiting: [Waiting] = []
    var isClosed = false
    /// Milliseconds since 1970, of the latest update or message.
    var time: UInt64 = 0

    init(hub: String, roles: RoleTable, maximumClients: Int, founded committed: Standing) {
        self.hub = hub
        self.roles = roles
        self.maximumClients = maximumClients
        self.committed = committed
    }

    /// What everybody goes by: preemption.
    var effective: Standing { committed.counting(waiting.map(\.item)) }

    /// A user who is removed or banned and has clients that must go first.
    func isRestricted(_ user: String) -> Bool {
        committed.clients(of: user) > 0 && effective.role(of: user) <= RoleTable.banned
    }

    /// When an update counts that is accepted now.
    func time(at clock: UInt64) -> UInt64 { max(clock, time) }

    // MARK: What an update does

    /// The room with a motion that was accepted. `fresh` are the proposals that did not wait before.
    func after(proposing fresh: [Waiting]) -> ModelRoom {
        var next = self
        let superseded = superseded(by: fresh.map(\.item))
        next.waiting = waiting.filter { !superseded.contains($0) } + fresh
        next.propose(
            next.followersToGo(from: effective, to: next.effective, committed.followers))
        return next
    }

    /// The same with a commit; `joiner` is the client that comes by it.
    func after(committing motion: Motion, naming names: [[UInt8]], joiner: String?) -> ModelRoom {
        var next = self
        let named = named(names)
        let superseded = superseded(by: motion.items)
        next.committed = committed.counting(named.map(\.item) + motion.items)
        next.epoch += 1
        next.waiting = []
        guard let joiner else {
            next.propose(
                next.followersToGo(
                    from: committed, to: next.committed, next.committed.followers))
            return next
        }
        next.committed.clients.insert(joiner)
        let dropped = waiting.filter { !named.contains($0) && !superseded.contains($0) }
        next.hold(dropped, since: committed, joiner)
        return next
    }

    func named(_ names: [[UInt8]]) -> [Waiting] {
        names.compactMap { name in waiting.first { $0.reference == name } }
    }

    private mutating func propose(_ item: Item?) {
        guard let item else { return }
        waiting.append(Waiting(item: item, sender: .provider(hub)))
    }

    /// Without the providers whose last user went, if there are such and nobody proposes it already.
    private func followersToGo(
        from before: Standing, to after: Standing, _ followers: Set<String>
    ) -> Item? {
        let gone = before.domains.subtracting(after.domains).subtracting([hub])
        let isProposed = waiting.contains {
            if case .followers = $0.item { true } else { false }
        }
        guard !gone.isDisjoint(with: followers), !isProposed else { return nil }
        return .followers(followers.subtracting(gone))
    }

    /// What a joiner could not name is void, but removals, bans and demotions hold: the hub proposes them
    /// anew, and what it had proposed itself.
    private mutating func hold(_ dropped: [Waiting], since before: Standing, _ joiner: String) {
        let hub = Motion.Sender.provider(self.hub)
        var changes = Set<ListChange>()
        for entry in dropped {
            guard let listed = entry.item.listChanges else { continue }
            let holds = entry.sender == hub || listed.contains { takesAway($0) }
            for change in listed where holds {
                if case .add(let user, _) = change {
                    if entry.sender == hub, committed.users[user] == nil { changes.insert(change) }
                } else if let role = committed.users[change.user], role != change.given {
                    changes.insert(change)
                }
            }
        }
        if !changes.isEmpty { propose(.list(changes)) }
        for entry in dropped {
            guard case .removeClient(let client) = entry.item,
                committed.clients.contains(client), client != joiner
            else { continue }
            propose(entry.item)
        }
        let kept = dropped.first {
            if case .followers = $0.item { $0.sender == hub } else { false }
        }
        let gone = followersToGo(from: before, to: effective, committed.followers)
        propose(kept?.item ?? gone)
    }

    private func takesAway(_ change: ListChange) -> Bool {
        guard let given = change.given else { return false }
        return given <= RoleTable.banned
            || roles.isDemotion(from: committed.role(of: change.user), to: given)
    }

    /// What newer proposals make pointless: an Update of a leaf that goes, a Remove of a leaf that removes
    /// itself, and, of who is removed or banned, clients to come and changes of the list about nobody else.
    func superseded(by items: [Item]) -> Set<Waiting> {
        let going = Set(items.compactMap(\.removed))
        let leaving = Set(
            items.compactMap { if case .selfRemove(let client) = $0 { client } else { nil } })
        var out: [String: UInt32] = [:]
        for change in items.compactMap(\.listChanges).joined() {
            guard let given = change.given, given <= RoleTable.banned,
                committed.users[change.user] != nil
            else { continue }
            out[change.user] = given
        }
        return Set(
            waiting.filter { entry in
                switch entry.item {
                case .update(let client): going.contains(client)
                case .removeClient(let client): leaving.contains(client)
                case .addClient(let client): out[client.user] != nil
                case .list(let changes):
                    isPointless(changes, out)
                default: false
                }
            })
    }

    private func isPointless(_ changes: Set<ListChange>, _ out: [String: UInt32]) -> Bool {
        let users = Set(changes.map(\.user))
        guard users.count == 1, let user = users.first, let given = out[user] else { return false }
        // A removal is not made pointless by another one.
        return given != RoleTable.nobody || changes.allSatisfy { $0.given != RoleTable.nobody }
    }
}
