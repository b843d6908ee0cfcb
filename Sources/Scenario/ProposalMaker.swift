import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState

/// Makes the proposals of an update, as its sender sees the room.
struct ProposalMaker {
    /// The group in the sender's eyes.
    let group: PublicGroup
    let performers: [String: Performer]
    /// The client that sends; nil for the hub and other providers.
    let sender: Performer?
    /// Whether the proposals are part of a commit.
    let isInline: Bool
    /// The key packages of the clients to be added.
    let keyPackages: [String: KeyPackage]
    /// The external senders by their domains.
    let externalSenders: [String: ExternalSender]
    let hub: String
    let random: SeededRandom

    enum Planned {
        case proposal(Proposal)
        /// An Update of the sender's own leaf.
        case update
    }

    private var suite: CipherSuite { group.suite }

    /// What the committed components say.
    private func committed() throws -> RoomPolicy {
        try RoomPolicy(
            group.extensions.dictionary?.byComponent ?? [:], ComponentRegistry(WireProfile()))
    }

    func plan(_ specs: [ProposalSpec]) throws -> [Planned] {
        let committed = try committed()
        let current =
            (try? committed.applying(
                group.pending.list.map(\.proposal), ComponentRegistry(WireProfile())))
            ?? committed
        var planned: [Planned] = []
        var list: ParticipantListUpdate?
        func close() {
            if let update = list { planned.append(.proposal(update.proposal)) }
            list = nil
        }
        for spec in specs {
            if spec.isSeparate { close() }
            if try edit(&list, spec, committed.participants) { continue }
            close()
            planned += try plan(spec, specs, committed, current)
        }
        close()
        return planned
    }

    /// Adds a change of the list to an update, if it is one. A user who is not on the list is named by
    /// a place behind its end.
    private func edit(
        _ list: inout ParticipantListUpdate?, _ spec: ProposalSpec, _ users: ParticipantList
    ) throws -> Bool {
        func place(of user: String) -> UInt32 {
            UInt32(users.place(of: Array(user.utf8)) ?? users.participants.count)
        }
        var update = list ?? ParticipantListUpdate()
        switch spec {
        case .addUser(let user, let role, _):
            update.added.append(UserRolePair(Array(user.utf8), role: role))
        case .removeUser(let user, _):
            update.removed.append(place(of: user))
        case .setRole(let user, let role, _):
            update.changed.append(.init(place: place(of: user), role: role))
        default:
            return false
        }
        list = update
        return true
    }

    private func plan(
        _ spec: ProposalSpec, _ all: [ProposalSpec], _ committed: RoomPolicy,
        _ current: RoomPolicy
    ) throws -> [Planned] {
        func component(_ id: ComponentID, _ data: [UInt8]) -> [Planned] {
            [.proposal(.appDataUpdate(AppDataUpdate(id, .update(data))))]
        }
        switch spec {
        case .addUser, .removeUser, .setRole: return []
        case .addClient(let name):
            guard let package = keyPackages[name] else {
                throw ScenarioError("no key package of \(name)", at: "")
            }
            return [.proposal(.add(package))]
        case .removeClient(let name): return [.proposal(.remove(leaf: leaf(of: name)))]
        case .updateSelf: return [.update]
        case .selfRemove: return [.proposal(.selfRemove)]
        case .leave: return leave(committed)
        case .metadata(let edit):
            let metadata = current.metadata ?? RoomMetadata(uri: [])
            return component(.roomMetadata, metadata.edited(edit).encoded)
        case .roles(let roles): return component(.rolesList, RolesList(roles).encoded)
        case .base(let edit):
            var base = current.base.edited(edit)
            base.policyComponents = policyComponents(current, all)
            return component(.baseRoomPolicy, base.encoded)
        case .preauth(let entries):
            return component(.preauthList, entries.list(with: current.roles).encoded)
        case .component(let id, let data): return component(id, data)
        case .removeComponent(let id):
            return [.proposal(.appDataUpdate(AppDataUpdate(id, .remove)))]
        case .groupContextExtensions(let edits):
            return [.proposal(.groupContextExtensions(edited(edits)))]
        case .externalSenders(let domains):
            return [.proposal(.groupContextExtensions(edited(senders: domains)))]
        case .psk(let id):
            let key = PreSharedKeyID.Key.external(id: Array(id.utf8))
            return [
                .proposal(
                    .psk(PreSharedKeyID(key: key, nonce: try random.bytes(suite.hash.size))))
            ]
        case .reInit:
            return [
                .proposal(
                    .reInit(
                        ReInit(
                            groupID: try random.bytes(16), version: .mls10,
                            cipherSuite: group.context.cipherSuite,
                            extensions: group.context.extensions)))
            ]
        case .ephemeral(let id, let data):
            return [.proposal(.appEphemeral(AppEphemeral(id, data: data)))]
        }
    }

    /// The policy components that are there when all of an update is done.
    private func policyComponents(
        _ current: RoomPolicy, _ specs: [ProposalSpec]
    ) -> [ComponentID] {
        var present = Set(current.components.keys)
        for spec in specs {
            switch spec {
            case .component(let id, _): present.insert(id)
            case .removeComponent(let id): present.remove(id)
            case .preauth: present.insert(.preauthList)
            case .metadata: present.insert(.roomMetadata)
            default: break
            }
        }
        return present.filter { ComponentRegistry.policyComponents.contains($0) }.sorted()
    }

    // MARK: Clients

    /// The leaf of a client, or a place where there is none.
    private func leaf(of name: String) -> UInt32 {
        let credential = performers[name]?.client.credential
        let found = group.tree.members.first { $0.leaf.credential == credential }
        return found?.index ?? performers[name]?.past.last?.leafIndex ?? UInt32(group.tree.width)
    }

    /// The removal of the own user and all its clients. A commit can't hold a SelfRemove.
    private func leave(_ committed: RoomPolicy) -> [Planned] {
        guard let sender else { return [] }
        let users = committed.participants
        let update = ParticipantListUpdate(removed: [
            UInt32(users.place(of: sender.user.bytes) ?? users.participants.count)
        ])
        let own = performers.values.filter { $0.user == sender.user }.map(\.client.credential)
        let leaves = group.tree.members.filter { own.contains($0.leaf.credential) }
        return [.proposal(update.proposal)]
            + leaves.map { member in
                member.leaf.credential == sender.client.credential && !isInline
                    ? .proposal(.selfRemove) : .proposal(.remove(leaf: member.index))
            }
    }

    // MARK: Extensions

    private func edited(
        _ edits: [(type: ExtensionType, data: [UInt8]?)]
    ) -> [Extension] {
        var list = group.context.extensions
        for edit in edits {
            let place = list.firstIndex { $0.type == edit.type }
            switch (place, edit.data) {
            case (let place?, let data?): list[place] = Extension(edit.type, data: data)
            case (let place?, nil): list.remove(at: place)
            case (nil, let data?): list.append(Extension(edit.type, data: data))
            case (nil, nil): break
            }
        }
        return list
    }

    /// The external senders of these providers; the hub stays first where it is not named.
    private func edited(senders domains: [String]) -> [Extension] {
        let all = domains.contains(hub) ? domains : [hub] + domains
        let senders = all.compactMap { externalSenders[$0] }
        return edited([(.externalSenders, ExternalSenders(senders).encoded)])
    }
}

extension ProposalSpec {
    fileprivate var isSeparate: Bool {
        switch self {
        case .addUser(_, _, let separate), .removeUser(_, let separate),
            .setRole(_, _, let separate):
            separate
        default: false
        }
    }
}

extension [ScenarioPreauth] {
    /// The component; a role that is not defined has nothing but its index.
    func list(with roles: RolesList) -> PreauthList {
        PreauthList(
            map {
                .init($0.claims, target: .role(roles[$0.role] ?? Role(index: $0.role, name: "")))
            })
    }
}
