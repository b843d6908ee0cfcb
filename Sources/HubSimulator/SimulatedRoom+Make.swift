import EndpointMessages
import HubStore
import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState
import RuleBook
import Scenario

/// Real messages of what the model has words for.
extension SimulatedRoom {
    /// A member as it would be now, to make something with.
    func member(_ client: String) throws -> Member {
        guard var member = performers[client]?.member else {
            throw SimulationError("\(client) is in no group")
        }
        member.profile = profile
        return member
    }

    func proposal(_ item: Item, in group: PublicGroup) throws -> Proposal {
        switch item {
        case .list(let changes): return try proposal(changes, policy(of: group))
        case .addClient(let client): return .add(try keyPackage(of: client))
        case .removeClient(let client): return .remove(leaf: group.leaf(of: client))
        case .selfRemove: return .selfRemove
        case .word(let word, let text): return try proposal(word, text, policy(of: group))
        case .followers(let domains):
            let senders =
                [store.key.externalSender(of: SimulatedStore.domain)]
                + domains.sorted().compactMap { domain in
                    followers[domain]?.externalSender(of: domain)
                }
            return .groupContextExtensions(
                group.context.extensions.setting(
                    .externalSenders, to: ExternalSenders(senders).encoded))
        case .update, .forbidden:
            throw SimulationError("\(item) is made by hand")
        }
    }

    func policy(of group: PublicGroup) throws -> RoomPolicy {
        try RoomPolicy(
            group.extensions.dictionary?.byComponent ?? [:], ComponentRegistry(WireProfile()))
    }

    /// Users who are not on the list are named by a place behind its end.
    private func proposal(_ changes: Set<ListChange>, _ policy: RoomPolicy) throws -> Proposal {
        let users = policy.participants
        var update = ParticipantListUpdate()
        func place(of user: String) -> UInt32 {
            UInt32(users.place(of: Array(user.utf8)) ?? users.participants.count)
        }
        for change in changes.sorted(by: { $0.user < $1.user }) {
            switch change {
            case .add(let user, let role):
                update.added.append(UserRolePair(Array(user.utf8), role: role))
            case .move(let user, let role):
                update.changed.append(.init(place: place(of: user), role: role))
            case .remove(let user): update.removed.append(place(of: user))
            }
        }
        return update.proposal
    }

    private func proposal(
        _ word: Word, _ text: String, _ policy: RoomPolicy
    ) throws -> Proposal {
        let component: (ComponentID, [UInt8])
        switch word {
        case .name:
            var metadata = policy.metadata ?? RoomMetadata(uri: Array(uri.utf8))
            metadata.name = Text(text)
            component = (.roomMetadata, metadata.encoded)
        case .roles: component = (.rolesList, model.roles.component(text).encoded)
        case .preauth:
            let claim = Claim(.x509, id: Array("2.5.4.10".utf8), value: Array(text.utf8))
            let target = Role(index: RoleTable.member, name: "member")
            component = (
                .preauthList, PreauthList([.init([claim], target: .role(target))]).encoded
            )
        case .base:
            var base = policy.base
            base.isDiscoverable = text == "true"
            component = (.baseRoomPolicy, base.encoded)
        }
        return .appDataUpdate(AppDataUpdate(component.0, .update(component.1)))
    }

    // MARK: Updates

    func propose(_ items: [Item], as client: String, _ step: String) throws -> Prepared {
        var member = try member(client)
        let made = try items.map { item in
            if case .update = item { return try member.proposeUpdate() }
            return try member.propose(proposal(item, in: member.group))
        }
        let messages = made.map(\.message)
        return Prepared(
            step: step,
            motion: Motion(
                sender: .client(client), source: client.domain, epoch: member.epoch,
                form: .proposals(made.map(\.reference)), items: items),
            body: HandshakeBundle(messages[0], .proposals(Array(messages.dropFirst()))).encoded,
            effect: .proposals(made), messages: messages.map(\.encoded))
    }

    /// What a client names that commits now: all it knows of that still waits.
    func names(for items: [Item], as client: String) throws -> [[UInt8]] {
        let member = try member(client)
        let known = member.group.pending.list.map(\.reference)
        guard member.epoch == model.epoch else { return known }
        let superseded = model.superseded(by: items)
        return model.waiting.filter { !superseded.contains($0) && $0.item != .update(client) }
            .compactMap(\.reference).filter(known.contains)
    }

    /// `others` are proposals that the model has no words for; it takes them for the last of the items.
    func commit(
        _ items: [Item], as client: String, naming names: [[UInt8]], others: [Proposal] = [],
        _ step: String
    ) throws -> Prepared {
        var member = try member(client)
        var options = CommitOptions(
            try items.compactMap { item in
                if case .forbidden = item { return nil }
                return try proposal(item, in: member.group)
            } + others)
        options.references = names
        options.treeInWelcome = false
        let made = try Self.made(&member, options, credulous)
        return Prepared(
            step: step,
            motion: Motion(
                sender: .client(client), source: client.domain, epoch: member.epoch,
                form: .commit(names), items: items),
            body: Self.bundle(made).encoded, effect: .commit(made.next),
            messages: [made.message.encoded])
    }

    static func bundle(_ made: MadeCommit) -> HandshakeBundle {
        HandshakeBundle(
            made.message, .commit(made.welcome, .full(made.groupInfo), .distributionService))
    }

    /// A commit, as it should be or, if it can't be, as it can.
    private static func made(
        _ member: inout Member, _ options: CommitOptions, _ credulous: GroupProfile
    ) throws -> MadeCommit {
        do {
            return try member.commit(options)
        } catch is Refusal {
            var options = options
            let own = Proposal.remove(leaf: member.leafIndex)
            let removesItself =
                options.proposals.contains(own)
                || (options.references ?? []).contains { reference in
                    guard let pending = member.group.pending[reference] else { return false }
                    return pending.proposal == own
                        || (pending.proposal == .selfRemove
                            && pending.sender == .member(leaf: member.leafIndex))
                }
            // Nothing else than its place for a path.
            if removesItself { options.path = false }
            member.profile = credulous
            return try member.commit(options)
        }
    }

    // MARK: Joining

    /// The external commit of a client, on what the hub tells it; nil where it tells nothing.
    func join(
        _ items: [Item], as client: String, dropping omits: Bool = false, _ step: String
    ) async throws -> Prepared? {
        guard let performer = performers[client], let found = try await groupInfo(for: performer)
        else { return nil }
        var tree: RatchetTreeNodes?
        if case .full(let nodes) = found.tree { tree = nodes }
        func joiner(_ profile: GroupProfile) throws -> ExternalJoiner {
            var joiner = try ExternalJoiner(
                performer.client, found.groupInfo, tree: tree, profile, random)
            for entry in found.pendingProposals where !omits {
                if case .publicMessage(let message) = entry.message,
                    message.content.body == .proposal(.selfRemove)
                {
                    try joiner.take(entry.message)
                }
            }
            return joiner
        }
        let first = try joiner(profile)
        let options = CommitOptions(try items.map { try proposal($0, in: first.group) })
        let made: MadeCommit
        do {
            made = try first.commit(options)
        } catch is Refusal {
            made = try joiner(credulous).commit(options)
        }
        return Prepared(
            step: step,
            motion: Motion(
                sender: .client(client), source: client.domain,
                epoch: found.groupInfo.groupContext.epoch,
                form: .join(first.group.pending.list.map(\.reference)), items: items),
            body: Self.bundle(made).encoded, effect: .commit(made.next),
            messages: [made.message.encoded])
    }

    /// What the hub tells a client of the room, if it does when it should.
    private func groupInfo(for performer: Performer) async throws -> GroupInfoRatchetTreeTBE? {
        let suite = SimulatedStore.suite
        let key = try suite.kem.deriveKeyPair(ikm: random.bytes(suite.kem.privateKeySize))
        var request = GroupInfoRequest(
            cipherSuite: CipherSuiteID(suite.rawValue),
            requestingSignatureKey: performer.client.signatureKey,
            requestingCredential: performer.client.credential,
            groupInfoPublicKey: key.publicKey, joiningCode: nil, signature: [])
        request.signature = try performer.client.sign(GroupInfoRequest.label, request.toBeSigned)
        let answer = try await store.hub.groupInfo(uri, from: performer.domain, request.encoded)
        guard (answer.refusal == nil) == model.mayRead(performer.name) else {
            throw SimulationError(
                "\(performer.name) asks for the GroupInfo: \(answer.refusal?.description ?? "given")"
            )
        }
        guard answer.refusal == nil,
            case .success(let success) = try GroupInfoResponse(parsing: answer.body ?? []).status
        else { return nil }
        let plaintext = try suite.decryptWithLabel(
            privateKey: key.privateKey, label: GroupInfoRatchetTreeTBE.label,
            context: Array(uri.utf8), sealed: success.encrypted.sealed)
        let found = try GroupInfoRatchetTreeTBE(parsing: plaintext)
        guard found.groupInfo.groupContext.epoch == model.epoch,
            found.pendingProposals.count == model.waiting.count
        else { throw SimulationError("the GroupInfo is of another state") }
        return found
    }
}
