import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState

/// A room of the hub in the words of the model.
struct Reading {
    let epoch: UInt64
    /// What the GroupContext and the tree say.
    let committed: Standing
    /// What the hub goes by. It knows how many clients users have; which ones the model says.
    let effective: Standing
    let effectiveClients: [String: Int]
    let waiting: [ModelRoom.Waiting]

    init(_ room: MIMIRoom, hub: String) throws {
        let group = room.group
        let context = try RoomPolicy(
            group.extensions.dictionary?.byComponent ?? [:], ComponentRegistry(WireProfile()))
        let clients = group.clients
        let followers = Set(
            group.extensions.externalSenders.map { text(of: $0.credential).domain })
        epoch = group.context.epoch
        committed = context.standing(Set(clients.values), followers.subtracting([hub]))
        waiting = try group.pending.list.map { pending in
            ModelRoom.Waiting(
                item: try Self.item(pending, clients, context, hub),
                sender: try Self.sender(pending.sender, clients, group),
                reference: pending.reference)
        }
        var standing = room.effective.standing([], committed.followers)
        for case .followers(let domains) in waiting.map(\.item) { standing.followers = domains }
        effective = standing
        effectiveClients = Dictionary(
            uniqueKeysWithValues: room.effectiveLeaves.users.map {
                (String(decoding: $0, as: UTF8.self), room.effectiveLeaves[$0])
            })
    }

    private static func sender(
        _ sender: Sender, _ clients: [UInt32: String], _ group: PublicGroup
    ) throws -> Motion.Sender {
        switch sender {
        case .member(let leaf): return .client(clients[leaf] ?? "leaf \(leaf)")
        case .external(let index):
            let entry = group.extensions.externalSenders[Int(index)]
            return .provider(text(of: entry.credential).domain)
        default: return .client(sender.name)
        }
    }

    private static func item(
        _ pending: PendingProposal, _ clients: [UInt32: String], _ context: RoomPolicy,
        _ hub: String
    ) throws -> Item {
        func name(_ leaf: UInt32) -> String { clients[leaf] ?? "leaf \(leaf)" }
        let sender =
            if case .member(let leaf) = pending.sender { name(leaf) } else { "outside" }
        switch pending.proposal {
        case .add(let package): return .addClient(text(of: package.leafNode.credential))
        case .remove(let leaf): return .removeClient(name(leaf))
        case .selfRemove: return .selfRemove(sender)
        case .update: return .update(sender)
        case .groupContextExtensions(let list):
            let senders = try ExternalSenders(
                parsing: list.data(of: .externalSenders) ?? []
            ).senders
            return .followers(
                Set(senders.map { text(of: $0.credential).domain }).subtracting([hub]))
        case .appDataUpdate(let update): return try item(update, context)
        default: return .forbidden(pending.proposal.type.name)
        }
    }

    private static func item(_ update: AppDataUpdate, _ context: RoomPolicy) throws -> Item {
        guard case .update(let payload) = update.operation else {
            return .forbidden("the removal of \(update.component)")
        }
        guard update.component == .participantList else {
            let after = try context.applying(
                [.appDataUpdate(update)], ComponentRegistry(WireProfile()))
            let word = try Word(update.component)
            return .word(word, after.words[word] ?? "")
        }
        let users = context.participants.participants
        func name(_ place: UInt32) -> String {
            String(decoding: users[Int(place)].user, as: UTF8.self)
        }
        let list = try ParticipantListUpdate(parsing: payload)
        let added = list.added.map {
            ListChange.add(String(decoding: $0.user, as: UTF8.self), role: $0.role)
        }
        return .list(
            Set(
                added + list.changed.map { .move(name($0.place), role: $0.role) }
                    + list.removed.map { .remove(name($0)) }))
    }
}

/// The text of a basic credential.
func text(of credential: Credential) -> String {
    if case .basic(let identity) = credential {
        String(decoding: identity, as: UTF8.self)
    } else {
        "another credential"
    }
}

extension PublicGroup {
    /// The members, by their leaves.
    var clients: [UInt32: String] {
        Dictionary(
            uniqueKeysWithValues: tree.members.map { ($0.index, text(of: $0.leaf.credential)) })
    }

    func leaf(of client: String) -> UInt32 {
        clients.first { $0.value == client }?.key ?? UInt32(tree.width)
    }
}

extension RoomPolicy {
    var words: [Word: String] {
        [
            .name: metadata?.name.description ?? "",
            .roles: roles[RoleTable.moderator]?.description.description ?? "",
            .preauth: preauth.entries.first?.claims.first.map {
                String(decoding: $0.value, as: UTF8.self)
            } ?? "",
            .base: "\(base.isDiscoverable)",
        ]
    }

    fileprivate func standing(_ clients: Set<String>, _ followers: Set<String>) -> Standing {
        Standing(
            users: Dictionary(
                uniqueKeysWithValues: participants.participants.map {
                    (String(decoding: $0.user, as: UTF8.self), $0.role)
                }),
            clients: clients, words: words, followers: followers)
    }
}

extension Word {
    fileprivate init(_ component: ComponentID) throws {
        switch component {
        case .roomMetadata: self = .name
        case .rolesList: self = .roles
        case .preauthList: self = .preauth
        case .baseRoomPolicy: self = .base
        default: throw SimulationError("an update of component \(component)")
        }
    }
}
