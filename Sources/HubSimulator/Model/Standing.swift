/// A text of a room's policy, as far as the model tells texts apart.
enum Word: String, CaseIterable {
    case name, roles, preauth, base
}

/// What happens to one user in an update of the list.
enum ListChange: Hashable {
    case add(String, role: UInt32)
    case move(String, role: UInt32)
    case remove(String)

    var user: String {
        switch self {
        case .add(let user, _), .move(let user, _), .remove(let user): user
        }
    }

    /// The role that a user of the list gets, 0 for none; nil of an addition.
    var given: UInt32? {
        switch self {
        case .add: nil
        case .move(_, let role): role
        case .remove: RoleTable.nobody
        }
    }
}

/// One proposal, in the words of the model. Clients are named as their credentials name them.
enum Item: Hashable {
    case list(Set<ListChange>)
    case addClient(String)
    case removeClient(String)
    case selfRemove(String)
    case update(String)
    case word(Word, String)
    /// The providers beside the hub's that may propose from outside.
    case followers(Set<String>)
    /// Anything that nobody may ever propose.
    case forbidden(String)

    /// The client whose leaf it takes away or replaces.
    var target: String? {
        switch self {
        case .removeClient(let client), .selfRemove(let client), .update(let client): client
        default: nil
        }
    }

    /// The client that it takes away.
    var removed: String? {
        if case .update = self { nil } else { target }
    }

    var listChanges: Set<ListChange>? {
        if case .list(let changes) = self { changes } else { nil }
    }
}

/// Who is on a room's list, which clients are in its group, and what else its policy says.
struct Standing: Hashable {
    /// Roles by user.
    var users: [String: UInt32]
    var clients: Set<String>
    var words: [Word: String]
    var followers: Set<String>

    func role(of user: String) -> UInt32 { users[user] ?? RoleTable.nobody }

    func clients(of user: String) -> Int { clients.count { $0.user == user } }

    /// The providers that have users on the list.
    var domains: Set<String> { Set(users.keys.map(\.domain)) }

    /// With proposals done; what goes does so before anything comes.
    func counting(_ items: [Item]) -> Standing {
        var next = self
        for item in items {
            if let client = item.removed { next.clients.remove(client) }
        }
        for item in items {
            switch item {
            case .list(let changes):
                for change in changes {
                    switch change {
                    case .add(let user, let role), .move(let user, let role):
                        next.users[user] = role
                    case .remove(let user): next.users[user] = nil
                    }
                }
            case .addClient(let client): next.clients.insert(client)
            case .word(let word, let text): next.words[word] = text
            case .followers(let domains): next.followers = domains
            case .removeClient, .selfRemove, .update, .forbidden: break
            }
        }
        return next
    }
}

extension String {
    /// The user of a client, `mimi://a.example/u/1` of `mimi://a.example/u/1#2`.
    var user: String { String(prefix { $0 != "#" }) }

    /// The domain of a URI.
    var domain: String { String(dropFirst("mimi://".count).prefix { $0 != "/" }) }
}

extension Item: CustomStringConvertible {
    var description: String {
        switch self {
        case .list(let changes):
            changes.map(\.description).sorted().joined(separator: ", ")
        case .addClient(let client): "add \(client)"
        case .removeClient(let client): "remove \(client)"
        case .selfRemove(let client): "self-remove \(client)"
        case .update(let client): "update \(client)"
        case .word(let word, let text): "\(word) \"\(text)\""
        case .followers(let domains): "providers \(domains.sorted())"
        case .forbidden(let what): what
        }
    }
}

extension ListChange: CustomStringConvertible {
    var description: String {
        switch self {
        case .add(let user, let role): "add \(user) as \(role)"
        case .move(let user, let role): "make \(user) \(role)"
        case .remove(let user): "remove \(user)"
        }
    }
}
