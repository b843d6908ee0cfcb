import EndpointMessages
import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState
import Scenario

/// Clients and providers that do what they must not.
extension SimulatedRoom {
    enum Attack: String, CaseIterable {
        /// Another provider brings what a user of somebody else's sent.
        case foreignSource
        case brokenSignature, truncated, trailing
        /// A commit whose GroupInfo says something else of the room than the hub does.
        case alteredList
        /// The same of its tree.
        case alteredTree
        /// A commit, or a proposal, that edits the room's components as extensions of the group.
        case smuggledList, proposedList
        /// A client that was removed goes on, in the epoch that there is now.
        case ghost
        /// A provider proposes from outside.
        case outside
        /// A bundle of two clients' proposals.
        case twoSenders
        /// What was sent before, accepted or not, by the same provider or another.
        case replay, foreignReplay
    }

    func hostile() async throws -> Prepared? {
        guard let attack = dice.pick(Attack.allCases) else { return nil }
        let step = "hostile \(attack.rawValue)"
        switch attack {
        case .replay: return dice.pick(sent)
        case .foreignReplay:
            return dice.pick(sent).map { foreign($0, "hostile foreignReplay") }
        case .ghost: return try await ghost(step)
        case .outside: return try await outside(step)
        case .twoSenders: return try twoSenders(step)
        case .smuggledList, .proposedList: return try smuggle(attack == .proposedList, step)
        case .alteredList, .alteredTree:
            guard let prepared = try await honest(.commit) else { return nil }
            return try altered(prepared, attack == .alteredList, step)
        case .foreignSource, .brokenSignature, .truncated, .trailing:
            guard let kind = dice.pick([Step.commit, .admit, .remove, .rename, .join]),
                let prepared = try await honest(kind)
            else { return nil }
            return try damaged(prepared, attack, step)
        }
    }

    // MARK: Honest messages, damaged

    private func foreign(_ prepared: Prepared, _ step: String) -> Prepared {
        let others = Self.domains.filter { $0 != prepared.motion.source }
        var motion = prepared.motion
        motion.source = dice.pick(others) ?? ""
        return Prepared(step: step, motion: motion, body: prepared.body)
    }

    private func damaged(
        _ prepared: Prepared, _ attack: Attack, _ step: String
    ) throws -> Prepared {
        if attack == .foreignSource { return foreign(prepared, step) }
        var body = prepared.body
        var flaw = Motion.Flaw(what: attack.rawValue, moment: .unreadable)
        switch attack {
        case .truncated: body.removeLast()
        case .trailing: body.append(0)
        default:
            flaw.moment = .unauthentic
            let bundle = try HandshakeBundle(parsing: body)
            guard case .publicMessage(var message) = bundle.message else { return prepared }
            let place = Int.random(in: message.auth.signature.indices, using: &dice)
            message.auth.signature[place] ^= 1
            body = HandshakeBundle(.publicMessage(message), bundle.rest).encoded
        }
        var motion = prepared.motion
        motion.flaw = flaw
        return Prepared(step: step, motion: motion, body: body)
    }

    private func altered(
        _ prepared: Prepared, _ changesList: Bool, _ step: String
    ) throws -> Prepared? {
        let bundle = try HandshakeBundle(parsing: prepared.body)
        guard case .commit(let welcome, .full(var info), let tree) = bundle.rest,
            let client = prepared.motion.sender.client, let performer = performers[client]
        else { return nil }
        if changesList {
            info.groupContext.extensions = info.groupContext.extensions.setting(
                .appDataDictionary, to: try promoted(client.user, in: info.groupContext))
        } else {
            info.groupContext.treeHash[0] ^= 1
        }
        info.signature = try performer.client.sign("GroupInfoTBS", info.toBeSigned)
        var motion = prepared.motion
        motion.flaw = Motion.Flaw(
            what: "another GroupContext", rule: changesList ? "E-7" : "", moment: .unconfirmed)
        return Prepared(
            step: step, motion: motion,
            body: HandshakeBundle(bundle.message, .commit(welcome, .full(info), tree)).encoded)
    }

    /// The components of a context with a user as administrator.
    private func promoted(_ user: String, in context: GroupContext) throws -> [UInt8] {
        let dictionary = context.extensions.data(of: .appDataDictionary) ?? []
        var components = try AppDataDictionary(parsing: dictionary).byComponent
        // A commit of what can't be committed together may leave no list behind.
        let data = components[.participantList]
        let list = data.flatMap { try? ParticipantList(parsing: $0) } ?? ParticipantList([])
        let others = list.participants.filter { $0.user != Array(user.utf8) }
        let own = UserRolePair(Array(user.utf8), role: RoleTable.administrator)
        components[.participantList] = ParticipantList(others + [own]).encoded
        // Who is it already becomes nobody.
        if list.role(of: Array(user.utf8)) == RoleTable.administrator {
            components[.participantList] = ParticipantList(others).encoded
        }
        return AppDataDictionary(components).encoded
    }

    private func smuggle(_ isProposed: Bool, _ step: String) throws -> Prepared? {
        guard let client = dice.pick(members) else { return nil }
        var member = try member(client)
        let context = member.group.context
        let list = Proposal.groupContextExtensions(
            context.extensions.setting(
                .appDataDictionary, to: try promoted(client.user, in: context)))
        let item = Item.forbidden("components as extensions")
        guard isProposed else {
            return try commit(
                [item], as: client, naming: names(for: [], as: client), others: [list], step)
        }
        let made = try member.propose(list)
        return Prepared(
            step: step,
            motion: Motion(
                sender: .client(client), source: client.domain, epoch: member.epoch,
                form: .proposals([made.reference]), items: [item]),
            body: HandshakeBundle(made.message, .proposals([])).encoded)
    }

    // MARK: Those who have no say

    private func ghost(_ step: String) async throws -> Prepared? {
        let gone = performers.values.filter {
            $0.member == nil && !$0.past.isEmpty && !model.committed.clients.contains($0.name)
        }.map(\.name).sorted()
        guard let client = dice.pick(gone), let performer = performers[client],
            var member = performer.past.last, let live = try await store.hub.liveRoom(uri)
        else { return nil }
        let item = Item.word(.name, "from beyond")
        let made = try member.propose(proposal(item, in: member.group))
        guard case .publicMessage(var message) = made.message else { return nil }
        message.content.epoch = live.group.context.epoch
        message.auth.signature = try performer.client.sign(
            "FramedContentTBS",
            message.content.toBeSigned(
                wireFormat: .publicMessage, context: live.group.context.encoded))
        return Prepared(
            step: step,
            motion: Motion(
                sender: .client(client), source: client.domain, epoch: model.epoch,
                form: .proposals([[]]), items: [item],
                flaw: .init(what: "a client that is gone")),
            body: HandshakeBundle(.publicMessage(message), .proposals([])).encoded)
    }

    private func outside(_ step: String) async throws -> Prepared? {
        guard let domain = dice.pick(followers.keys.sorted()), let key = followers[domain],
            let live = try await store.hub.liveRoom(uri),
            let user = dice.pick(model.committed.users.keys.sorted()),
            let item = dice.pick([
                Item.list([.remove(user)]), .list([.move(user, role: RoleTable.administrator)]),
                .word(.name, "from outside"), .followers([domain]),
            ])
        else { return nil }
        let group = live.group
        let senders = group.extensions.externalSenders
        let place = senders.firstIndex { $0.signatureKey == key.publicKey } ?? senders.count
        let message = try key.proposal(
            proposal(item, in: group), in: group.context, epoch: group.context.epoch,
            index: UInt32(place), authenticatedData: [])
        return Prepared(
            step: step,
            motion: Motion(
                sender: .provider(domain), source: domain, epoch: model.epoch,
                form: .proposals([
                    message.authenticatedContent.proposalReference(group.suite.hash)
                ]), items: [item]),
            body: HandshakeBundle(.publicMessage(message), .proposals([])).encoded)
    }

    private func twoSenders(_ step: String) throws -> Prepared? {
        let current = members.filter {
            performers[$0]?.member?.epoch == model.epoch && model.committed.clients.contains($0)
        }
        guard let first = dice.pick(current),
            let second = dice.pick(current.filter { $0 != first })
        else { return nil }
        let own = try propose([.word(.name, "of one")], as: first, step)
        let other = try propose([.word(.name, "of another")], as: second, step)
        let messages = try [own, other].map { try HandshakeBundle(parsing: $0.body).message }
        var motion = own.motion
        motion.flaw = .init(what: "two senders", rule: "E-21", moment: .unconfirmed)
        return Prepared(
            step: step, motion: motion,
            body: HandshakeBundle(messages[0], .proposals([messages[1]])).encoded)
    }
}
