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

/// Something that is ready to be sent.
struct Prepared {
    enum Effect {
        case none
        case proposals([MadeProposal])
        /// Who the sender becomes.
        case commit(Member)
    }

    var kind = Stage.SentInput.Kind.update
    let provider: String
    let body: [UInt8]
    /// The client that sends; nil for the hub and other providers.
    let sender: String?
    var effect = Effect.none
    /// The references of the proposals in it.
    var references: [[UInt8]] = []
    /// The messages in it.
    var messages: [MLSMessage] = []
}

/// A step ends before anything is sent.
struct EarlyEnd: Error {
    let outcome: Outcome
}

extension Stage {
    // MARK: Clients

    /// Builds a client's update on its own view of the room.
    func prepare(
        _ spec: UpdateSpec, by name: String, from source: String?
    ) async throws -> Prepared {
        let performer = try performer(name)
        // Who is out of the group may still try.
        guard let member = performer.member ?? performer.past.last else {
            throw ScenarioError("\(name) was never in the group", at: "")
        }
        let maker = ProposalMaker(
            group: member.group, performers: cast.performers, sender: performer,
            isInline: spec.isCommit,
            keyPackages: try await keyPackages(for: spec, by: performer),
            externalSenders: externalSenders(), hub: file.hub, random: performer.random)
        let planned = try maker.plan(spec.proposals)
        return spec.isCommit
            ? try commit(
                planned, spec, by: performer, member, from: source,
                live: try await hub.liveRoom(room))
            : try propose(planned, spec, by: performer, member, from: source)
    }

    private func framing(_ group: PublicGroup, _ spec: UpdateSpec) -> Framing {
        Framing(
            spec.tamper == .privateMessage ? .privateMessage : .publicMessage,
            authenticatedData: authenticatedData(group))
    }

    /// No two steps send the same bytes, unless they are to (`retry`).
    func authenticatedData(_ group: PublicGroup) -> [UInt8] {
        group.extensions.isSafeAADRequired
            ? SafeAAD([]).encoded : Array("step \(inputs.count)".utf8)
    }

    private func propose(
        _ planned: [ProposalMaker.Planned], _ spec: UpdateSpec, by performer: Performer,
        _ view: Member, from source: String?
    ) throws -> Prepared {
        var member = view
        if member.group.reInit != nil {
            member.profile.enforcement = .without(Self.judgingRules)
        }
        let framing = framing(member.group, spec)
        let made = try planned.map { item in
            switch item {
            case .proposal(let proposal): try member.propose(proposal, framing)
            case .update: try member.proposeUpdate(framing)
            }
        }
        guard let first = made.first else { throw ScenarioError("nothing to propose", at: "") }
        var prepared = Prepared(
            provider: source ?? performer.domain,
            body: HandshakeBundle(first.message, .proposals(made.dropFirst().map(\.message)))
                .encoded,
            sender: performer.name, effect: .proposals(made), references: made.map(\.reference),
            messages: made.map(\.message))
        guard let tamper = spec.tamper else { return prepared }
        prepared.effect = .none
        guard case .publicMessage(let message) = first.message else { return prepared }
        var handshake = Handshake(
            message: message, signature: member.client.sign,
            context: member.group.context.encoded, random: performer.random)
        handshake.more = made.dropFirst().compactMap {
            if case .publicMessage(let message) = $0.message { message } else { nil }
        }
        try handshake.apply(tamper, leaf: member.leafIndex, suite)
        return Prepared(
            provider: prepared.provider, body: Self.bytes(of: handshake.bundle, tamper),
            sender: performer.name)
    }

    private func commit(
        _ planned: [ProposalMaker.Planned], _ spec: UpdateSpec, by performer: Performer,
        _ view: Member, from source: String?, live: MIMIRoom?
    ) throws -> Prepared {
        var member = view
        if case .dropComponent(let id)? = spec.tamper {
            member.profile.components = DroppingComponents(
                others: member.profile.components, dropped: id)
        }
        var options = CommitOptions()
        for item in planned {
            switch item {
            case .proposal(let proposal): options.proposals.append(proposal)
            case .update:
                var copy = member
                let made = try copy.proposeUpdate()
                if case .publicMessage(let message) = made.message,
                    case .proposal(let proposal) = message.content.body
                {
                    options.proposals.append(proposal)
                }
            }
        }
        options.references = references(spec.references, member, live)
        options.path = spec.path
        options.framing = framing(member.group, spec)
        options.treeInWelcome = false
        let made = try Self.made(&member, options)
        return try finished(
            made, spec,
            Prepared(provider: source ?? performer.domain, body: [], sender: performer.name),
            performer, context: view.group.context.encoded, leaf: view.leafIndex)
    }

    /// What is left out to make what is wrong.
    static let judgingRules = Rule.mls.filter { $0 != .canonicalEncoding && $0 != .wireFormat }

    /// A commit, as it should be or, if it can't be, as it can.
    private static func made(
        _ member: inout Member, _ options: CommitOptions
    ) throws -> MadeCommit {
        do {
            return try member.commit(options)
        } catch is Refusal {
            member.profile.enforcement = .without(judgingRules)
            var options = options
            let own = Proposal.remove(leaf: member.leafIndex)
            let removesItself =
                options.proposals.contains { $0 == own || $0 == .selfRemove }
                || (options.references ?? []).contains { reference in
                    guard let pending = member.group.pending[reference] else { return false }
                    return pending.proposal == own
                        || (pending.proposal == .selfRemove
                            && pending.sender == .member(leaf: member.leafIndex))
                }
            // Nothing else than its place for a path.
            if removesItself { options.path = false }
            return try member.commit(options)
        }
    }

    /// The commit as it goes out, tampered with if it is to be.
    func finished(
        _ made: MadeCommit, _ spec: UpdateSpec, _ prepared: Prepared, _ performer: Performer,
        context: [UInt8], leaf: UInt32
    ) throws -> Prepared {
        let tree: RatchetTreeOption =
            spec.tree == .full || spec.tamper == .treeLeaf
            ? .full(made.next.group.tree.exchanged) : .distributionService
        guard case .publicMessage(let message) = made.message else {
            let bundle = HandshakeBundle(
                made.message, .commit(made.welcome, .full(made.groupInfo), tree))
            return Prepared(
                provider: prepared.provider, body: bundle.encoded, sender: performer.name)
        }
        var handshake = Handshake(
            message: message, signature: performer.client.sign, context: context,
            random: performer.random)
        handshake.welcome = made.welcome
        handshake.groupInfo = made.groupInfo
        handshake.isPartial = spec.groupInfo == .partial
        handshake.tree = tree
        if let tamper = spec.tamper { try handshake.apply(tamper, leaf: leaf, suite) }
        return Prepared(
            provider: prepared.provider, body: Self.bytes(of: handshake.bundle, spec.tamper),
            sender: performer.name, effect: .commit(made.next),
            messages: [.publicMessage(handshake.message)])
    }

    private static func bytes(of bundle: HandshakeBundle, _ tamper: Tamper?) -> [UInt8] {
        let bytes = bundle.encoded
        switch tamper {
        case .truncate?: return Array(bytes.dropLast())
        case .trailingByte?: return bytes + [0]
        case .omitGroupInfo?:
            guard case .commit(let welcome, _, let tree) = bundle.rest else { return bytes }
            // No representation of a GroupInfo, where one must be.
            var writer = Writer()
            bundle.message.write(to: &writer)
            writer.write(optional: welcome)
            writer.write(UInt8(0))
            tree.write(to: &writer)
            return writer.bytes
        default: return bytes
        }
    }

    /// The references of a commit; nil for what the builder takes by itself.
    private func references(
        _ spec: UpdateSpec.References, _ member: Member, _ live: MIMIRoom?
    ) -> [[UInt8]]? {
        switch spec {
        case .none: return []
        case .steps(let names): return names.flatMap { references[$0] ?? [] }
        case .all:
            let own = Sender.member(leaf: member.leafIndex)
            // What the hub took since may have superseded some.
            let isCurrent = live?.group.context == member.group.context
            let known = member.group.pending.list.filter {
                !($0.sender == own && $0.proposal.type == .update)
            }.map(\.reference)
            guard isCurrent, let live else { return known }
            return live.group.pending.list.map(\.reference).filter(Set(known).contains)
        }
    }

    // MARK: Others

    /// What the hub or another provider proposes, on the hub's own view.
    func prepare(
        _ spec: UpdateSpec, byProvider domain: String, from source: String?
    ) async throws -> Prepared {
        guard let live = try await hub.liveRoom(room) else {
            throw ScenarioError("there is no room", at: "")
        }
        let random = SeededRandom(seed: file.seed, name: "\(domain) \(inputs.count) content")
        var packages: [String: KeyPackage] = [:]
        for case .addClient(let name) in spec.proposals {
            packages[name] = try performer(name).keyPackages.first?.keyPackage
        }
        let maker = ProposalMaker(
            group: live.group, performers: cast.performers, sender: nil, isInline: false,
            keyPackages: packages, externalSenders: externalSenders(), hub: file.hub,
            random: random)
        let proposals = try maker.plan(spec.proposals).compactMap { item -> Proposal? in
            if case .proposal(let proposal) = item { proposal } else { nil }
        }
        guard let bundle = try external(proposals, domain, live.group, spec.tamper) else {
            throw ScenarioError("nothing to propose", at: "")
        }
        let messages = [bundle.message] + bundle.more
        return Prepared(
            provider: source ?? domain,
            body: Self.bytes(
                of: spec.tamper == .privateMessage ? try bundle.asPrivate() : bundle.bundle,
                spec.tamper),
            sender: nil,
            references: messages.map {
                $0.authenticatedContent.proposalReference(suite.hash)
            }, messages: messages.map { .publicMessage($0) })
    }

    /// Proposals of the hub or of another provider, which signs with the place where it last stood.
    private func external(
        _ proposals: [Proposal], _ domain: String, _ group: PublicGroup, _ tamper: Tamper?
    ) throws -> Handshake? {
        guard let key = externalKeys[domain] else {
            throw ScenarioError("no key of \(domain)", at: "")
        }
        let place = externalPlaces[domain] ?? UInt32(group.extensions.externalSenders.count)
        let messages = try proposals.map {
            try key.proposal(
                $0, in: group.context, epoch: group.context.epoch, index: place,
                authenticatedData: authenticatedData(group))
        }
        guard let first = messages.first else { return nil }
        var handshake = Handshake(
            message: first, signature: key.sign, context: [],
            random: SeededRandom(seed: file.seed, name: "\(domain) \(inputs.count)"))
        handshake.more = Array(messages.dropFirst())
        if let tamper { try handshake.apply(tamper, leaf: 0, suite) }
        return handshake
    }
}

/// Components as they are, but that one does not change.
private struct DroppingComponents: ComponentService {
    let others: any ComponentService
    let dropped: ComponentID

    func locations(of component: ComponentID) -> ComponentLocations? {
        others.locations(of: component)
    }

    func updating(
        _ component: ComponentID, _ data: [UInt8]?, with updates: [[UInt8]]
    ) -> [UInt8]? {
        component == dropped ? data ?? [] : others.updating(component, data, with: updates)
    }

    func accepts(ephemeral data: [UInt8], of component: ComponentID) -> Bool {
        others.accepts(ephemeral: data, of: component)
    }
}
