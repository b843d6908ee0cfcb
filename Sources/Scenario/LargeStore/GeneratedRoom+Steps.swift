import EndpointMessages
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy

extension GeneratedRoom {
    /// What happens in a room.
    enum Step: String, CaseIterable {
        /// A commit of nothing but a new path.
        case rekey
        /// A client proposes a new leaf of its own.
        case update
        /// A user comes, with a client.
        case admit
        /// A user comes whose clients will join by themselves.
        case invite
        /// A client of a user without any joins by an external commit.
        case join
        /// A client comes again, by an external commit that takes its old leaf out.
        case resync
        case addDevice = "add_device"
        case removeDevice = "remove_device"
        case changeRole = "change_role"
        case remove, ban, unban, leave, rename, preauthorize
        case defineRoles = "define_roles"
        case changeBase = "change_base"
        /// A commit of what waits.
        case commit

        /// How often it is drawn.
        fileprivate var weight: Int {
            switch self {
            case .rekey: 8
            case .changeRole: 6
            case .admit: 5
            case .rename: 4
            case .update, .remove, .join: 3
            case .ban, .unban, .invite, .addDevice, .leave: 2
            case .resync, .removeDevice, .preauthorize, .defineRoles, .changeBase: 1
            case .commit: 0
            }
        }

        /// Whether it is proposed, and committed later: always, never (nil), or now and then.
        fileprivate func isProposed(_ dice: inout Dice) -> Bool {
            switch self {
            case .update, .leave: true
            case .rekey, .addDevice, .removeDevice, .invite: false
            default: dice.hits(oneIn: 4)
            }
        }

        fileprivate static let drawn = allCases.flatMap {
            Array(repeating: $0, count: $0.weight)
        }
    }

    /// What a client proposes or commits.
    struct Plan {
        /// The place of the client among the residents.
        let actor: Int
        var proposals: [Proposal] = []
        /// Whether it proposes an Update of its own leaf, which is made with its key.
        var isUpdate = false
        var newcomers: [Newcomer] = []
        /// Users who go with it.
        var leaving: [MIMIURI] = []
        /// Nil for a path where MLS demands one.
        var path: Bool?
    }

    /// An update that is ready to be sent.
    struct Prepared {
        let step: Step
        /// The domain of the sender's user.
        let provider: String
        let body: [UInt8]
        let effect: Effect
    }

    /// The next update.
    mutating func next() throws -> Prepared {
        if waiting.count > 0 {
            guard waiting.count < 4, dice.hits(oneIn: 4), let plan = try plan(.update) else {
                return try commitWaiting()
            }
            return try propose(plan, .update)
        }
        while true {
            guard let step = dice.pick(Step.drawn) else { preconditionFailure("no steps") }
            switch step {
            case .join, .resync:
                if let prepared = try external(step) { return prepared }
            default:
                guard let plan = try plan(step) else { continue }
                return step.isProposed(&dice) ? try propose(plan, step) : try commit(plan, step)
            }
        }
    }

    // MARK: Messages

    private func propose(_ plan: Plan, _ step: Step) throws -> Prepared {
        var member = residents[plan.actor].member
        let made =
            plan.isUpdate
            ? [try member.proposeUpdate()] : try plan.proposals.map { try member.propose($0) }
        let bundle = HandshakeBundle(
            made[0].message, .proposals(made.dropFirst().map(\.message)))
        return Prepared(
            step: step, provider: residents[plan.actor].user.domain, body: bundle.encoded,
            effect: .proposals(made, by: plan.actor, plan))
    }

    private func commit(_ plan: Plan, _ step: Step) throws -> Prepared {
        var member = residents[plan.actor].member
        // A commit can't take its committer out by a SelfRemove.
        var options = CommitOptions(plan.proposals)
        options.path = plan.path
        options.treeInWelcome = false
        let made = try member.commit(options)
        return Prepared(
            step: step, provider: residents[plan.actor].user.domain, body: Self.bundle(made),
            effect: .commit(made, by: plan.actor, newcomers: plan.newcomers))
    }

    private static func bundle(_ made: MadeCommit) -> [UInt8] {
        HandshakeBundle(
            made.message,
            .commit(made.welcome, .full(made.groupInfo), .distributionService)
        ).encoded
    }

    /// Somebody who stays, and whose own Update does not wait, commits what waits.
    private mutating func commitWaiting() throws -> Prepared {
        let able = residents.indices.filter {
            !waiting.leaving.contains(residents[$0].user)
                && !waiting.updating.contains(residents[$0].member.leafIndex)
        }
        guard let actor = dice.pick(able) else {
            throw ScenarioError("nobody can commit", at: uri.description)
        }
        return try commit(Plan(actor: actor), .commit)
    }

    /// An external commit: of a client of a user who has none, or of one that takes its old leaf out.
    private mutating func external(_ step: Step) throws -> Prepared? {
        let client: Client
        let user: MIMIURI
        var replaced: UInt32?
        if step == .resync {
            guard let resident = dice.pick(residents) else { return nil }
            (client, user, replaced) = (
                resident.client, resident.user, resident.member.leafIndex
            )
        } else {
            let absent = try listed().filter { listed in
                listed.role > Role.banned && !residents.contains { $0.user == listed.user }
            }
            guard residents.count < Self.largestSize, let absent = dice.pick(absent) else {
                return nil
            }
            (client, user) = (try self.client(of: absent.user), absent.user)
        }
        guard let helper = residents.first(where: { $0.member.leafIndex != replaced })?.member
        else { return nil }
        let joiner = try ExternalJoiner(
            client, helper.groupInfo(), tree: helper.group.tree.exchanged, profile, random)
        let made = try joiner.commit(CommitOptions(replaced.map { [.remove(leaf: $0)] } ?? []))
        return Prepared(
            step: step, provider: user.domain, body: Self.bundle(made),
            effect: .join(made, Resident(user: user, member: made.next), replacing: replaced))
    }
}
