/// Whether an update may be, in the order in which the rules of section E stand.
extension ModelRoom {
    /// The room after a motion; nil where all that is proposed waits already. Throws what is against it.
    func judge(_ motion: Motion) throws(Objection) -> ModelRoom? {
        if let flaw = motion.flaw, flaw.moment == .unreadable {
            throw Objection(flaw.rule, flaw.what)
        }
        if isClosed { throw Objection("B-15", "the room is closed") }
        if case .commit = motion.form, let client = motion.sender.client,
            committed.clients.contains(client), isRestricted(client.user)
        {
            // In an earlier epoch the client may have had another leaf.
            throw Objection(
                motion.epoch == epoch ? "E-10" : "", "\(client) commits, whose user must go")
        }
        if let flaw = motion.flaw, flaw.moment == .unauthentic {
            throw Objection(flaw.rule, flaw.what)
        }
        guard motion.epoch == epoch else { throw Objection("", "epoch \(motion.epoch)") }
        try checkSender(of: motion)
        if case .proposals(let references) = motion.form {
            return try judge(motion, proposing: references)
        }
        return try judge(commit: motion)
    }

    private func checkSender(of motion: Motion) throws(Objection) {
        switch (motion.sender, motion.form) {
        case (.client, .join): break
        case (.client(let client), _):
            guard committed.clients.contains(client) else {
                throw Objection("", "\(client) is no member")
            }
        case (.provider(let domain), _):
            guard domain == hub || committed.followers.contains(domain) else {
                throw Objection("", "\(domain) may not propose from outside")
            }
        }
        guard motion.source == motion.sender.domain else {
            throw Objection("A-9", "\(motion.source) brings what \(motion.sender) sent")
        }
    }

    // MARK: Proposals

    private func judge(
        _ motion: Motion, proposing references: [[UInt8]]
    ) throws(Objection) -> ModelRoom? {
        if let flaw = motion.flaw { throw Objection(flaw.rule, flaw.what) }
        if let client = motion.sender.client, isRestricted(client.user) {
            let other = motion.items.first { item in
                switch item {
                case .selfRemove: false
                case .removeClient(let target): target.user != client.user
                default: true
                }
            }
            guard other == nil else { throw Objection("E-10", "a restricted user's \(other!)") }
        }
        let known = Set(waiting.compactMap(\.reference))
        let fresh = zip(motion.items, references).filter { !known.contains($0.1) }.map {
            Waiting(item: $0.0, sender: motion.sender, reference: $0.1)
        }
        for entry in fresh { try checkByItself(entry, isInline: false) }
        if fresh.isEmpty { return nil }
        let superseded = superseded(by: fresh.map(\.item))
        let live = waiting.filter { !superseded.contains($0) }
        try checkPlaces(of: fresh)
        try checkTogether(live + fresh)
        try checkTargets(of: live + fresh)
        try weigh(fresh, beside: live, of: motion.sender, joiner: nil)
        return after(proposing: fresh)
    }

    // MARK: Commits

    private func judge(commit motion: Motion) throws(Objection) -> ModelRoom {
        let isJoin: Bool
        let names: [[UInt8]]
        switch motion.form {
        case .join(let list): (isJoin, names) = (true, list)
        case .commit(let list), .proposals(let list): (isJoin, names) = (false, list)
        }
        guard let client = motion.sender.client else { throw Objection("", "a provider commits") }
        let named = named(names)
        guard named.count == names.count, Set(names).count == names.count else {
            throw Objection("", "it names what does not wait")
        }
        let inline = motion.items.map { Waiting(item: $0, sender: motion.sender) }
        for entry in inline { try checkByItself(entry, isInline: true) }
        try checkTargets(of: named + inline, committer: isJoin ? nil : client)
        if isJoin { try checkJoin(client, named, motion.items) }
        if !isJoin, waiting.contains(where: { $0.item.removed == client }) {
            throw Objection("E-16", "\(client) commits and is to go")
        }
        let superseded = superseded(by: motion.items)
        guard superseded.isDisjoint(with: named) else {
            throw Objection("", "it names what it supersedes")
        }
        let live = waiting.filter { !superseded.contains($0) }
        try checkPlaces(of: inline)
        try checkTogether(live + inline)
        try weigh(inline, beside: live, of: motion.sender, joiner: isJoin ? client : nil)
        if isJoin {
            try checkJoinStands(client, live, named, motion.items)
        } else if let missing = live.first(where: {
            !named.contains($0) && !($0.item == .update(client))
        }) {
            throw Objection("E-5", "it leaves out \(missing.item)")
        }
        if let flaw = motion.flaw { throw Objection(flaw.rule, flaw.what) }
        return after(committing: motion, naming: names, joiner: isJoin ? client : nil)
    }

    /// What a joiner may name and carry.
    private func checkJoin(
        _ client: String, _ named: [Waiting], _ items: [Item]
    ) throws(Objection) {
        for entry in named {
            guard case .selfRemove = entry.item else {
                throw Objection("", "a joiner names \(entry.item)")
            }
        }
        let removed = items.compactMap(\.removed)
        for item in items {
            switch item {
            case .removeClient, .list, .word: break
            default: throw Objection("", "a joiner brings \(item)")
            }
        }
        guard removed.allSatisfy({ $0 == client }), removed.count <= 1 else {
            throw Objection("", "a joiner removes \(removed)")
        }
        let going = Set(removed + named.compactMap(\.item.removed))
        guard !committed.clients.contains(client) || going.contains(client) else {
            throw Objection("", "\(client) is in the group already")
        }
    }

    /// A joiner names every SelfRemove, and leans on nothing that its commit does not confirm.
    private func checkJoinStands(
        _ client: String, _ live: [Waiting], _ named: [Waiting], _ items: [Item]
    ) throws(Objection) {
        let missing = live.first {
            if case .selfRemove = $0.item { !named.contains($0) } else { false }
        }
        guard missing == nil else { throw Objection("E-15", "it leaves out \(missing!.item)") }
        var own = committed.counting(named.map(\.item) + items)
        own.clients.insert(client)
        let strangers = own.clients.filter { own.role(of: $0.user) <= RoleTable.banned }
        if strangers.contains(where: { $0.user == client.user }) {
            throw Objection("E-8", "\(client) joins for nobody on the list")
        }
        if !strangers.isEmpty { throw Objection("E-9", "\(strangers) would stay") }
        try checkEnd(from: committed, to: own)
    }

    // MARK: Proposals by themselves and together

    private func checkByItself(_ entry: Waiting, isInline: Bool) throws(Objection) {
        switch entry.item {
        case .removeClient(let client):
            guard committed.clients.contains(client) else {
                throw Objection("", "\(client) is no member")
            }
        case .selfRemove, .update:
            guard !isInline else { throw Objection("", "\(entry.item) in a commit") }
            guard !waiting.contains(where: { $0.item == entry.item && $0.item.removed != nil })
            else { throw Objection("", "\(entry.item) once more") }
        case .forbidden(let what): throw Objection("", what)
        default: break
        }
    }

    /// Changes of the list are of users who are on the committed one.
    private func checkPlaces(of fresh: [Waiting]) throws(Objection) {
        for change in fresh.compactMap(\.item.listChanges).joined() {
            if case .add = change { continue }
            guard committed.users[change.user] != nil else {
                throw Objection("", "\(change.user) is not on the committed list")
            }
        }
    }

    private func checkTogether(_ all: [Waiting]) throws(Objection) {
        let lists = all.compactMap(\.item.listChanges)
        var touched = Set<String>()
        for user in lists.joined().map(\.user) where !touched.insert(user).inserted {
            throw Objection("E-11", "\(user) is changed twice")
        }
        func count(_ word: Word) -> Int {
            all.count { if case .word(word, _) = $0.item { true } else { false } }
        }
        guard count(.name) <= 1 else { throw Objection("E-12", "two names") }
        guard !lists.isEmpty else { return }
        guard count(.roles) == 0 else { throw Objection("E-12", "roles beside the list") }
        let onlyRemoves = lists.joined().allSatisfy { $0.given == RoleTable.nobody }
        guard count(.preauth) == 0 || onlyRemoves else {
            throw Objection("E-12", "preauthorizations beside the list")
        }
    }

    /// No leaf changes twice, and nobody comes who is there.
    private func checkTargets(
        of list: [Waiting], committer: String? = nil
    ) throws(Objection) {
        var targets = Set<String>()
        for target in list.compactMap(\.item.target) {
            guard targets.insert(target).inserted, target != committer else {
                throw Objection("", "another change of \(target)")
            }
        }
        let going = Set(list.compactMap(\.item.removed))
        var coming = Set<String>()
        for case .addClient(let client) in list.map(\.item) {
            guard coming.insert(client).inserted,
                !committed.clients.contains(client) || going.contains(client)
            else { throw Objection("", "\(client) is there already") }
        }
        let lists = list.count { if case .followers = $0.item { true } else { false } }
        guard lists <= 1 else { throw Objection("", "two lists of extensions") }
    }
}
