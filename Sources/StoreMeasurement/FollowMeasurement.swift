import EventLog
import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import RoomState
import Transcript

/// What following the groups of a transcript costs, step by step, beside verifying the signatures of its
/// commits.
package struct FollowMeasurement: Hashable, Sendable, Encodable {
    /// Microseconds of the processor.
    package struct Cost: Hashable, Sendable, Encodable {
        package var decode = 0.0
        package var validate = 0.0
        package var apply = 0.0
        package var persist = 0.0
        package var total: Double { decode + validate + apply + persist }

        private enum CodingKeys: String, CodingKey {
            case decode, validate, apply, persist, total
        }

        package func encode(to encoder: any Encoder) throws {
            var object = encoder.container(keyedBy: CodingKeys.self)
            try object.encode(decode, forKey: .decode)
            try object.encode(validate, forKey: .validate)
            try object.encode(apply, forKey: .apply)
            try object.encode(persist, forKey: .persist)
            try object.encode(total, forKey: .total)
        }
    }

    package let benchmark = "follow"
    /// Accepted ones, of all runs.
    package let commits: Int
    /// Accepted lone proposals.
    package let proposals: Int
    /// Medians of a commit, each by itself.
    package let cpuUs: Cost
    /// Medians of a proposal.
    package let proposalCpuUs: Cost
    /// Of a commit, the median.
    package let signatures: Double
    package let floorUs: Double
    /// The median of a commit's total over the median of its floor.
    package let ratio: Double

    private enum CodingKeys: String, CodingKey {
        case benchmark, commits, proposals, signatures, ratio
        case cpuUs = "cpu_us"
        case proposalCpuUs = "proposal_cpu_us"
        case floorUs = "floor_us"
    }

    /// Follows each scenario, and records what is accepted where there is a log. `now` is in milliseconds
    /// since the Unix epoch.
    package init(
        _ scenarios: [TranscriptScenario], now: UInt64, runs: Int, recordingIn rooms: RoomLog?
    ) async throws {
        var samples = Samples()
        var names = RoomNames()
        for _ in 0..<runs {
            for scenario in scenarios {
                try await samples.follow(scenario, now: now, rooms, &names)
            }
        }
        commits = samples.commits.count
        proposals = samples.proposals.count
        cpuUs = Cost(median: samples.commits)
        proposalCpuUs = Cost(median: samples.proposals)
        signatures = samples.signatures.median
        floorUs = samples.floors.median
        ratio = samples.floors.isEmpty ? 0 : samples.commits.map(\.total).median / floorUs
    }
}

extension FollowMeasurement.Cost {
    fileprivate init(median all: [Self]) {
        decode = all.map(\.decode).median
        validate = all.map(\.validate).median
        apply = all.map(\.apply).median
        persist = all.map(\.persist).median
    }
}

private struct Samples {
    var commits: [FollowMeasurement.Cost] = []
    var proposals: [FollowMeasurement.Cost] = []
    var signatures: [Double] = []
    var floors: [Double] = []
    private let profile = GroupProfile.plain

    mutating func follow(
        _ scenario: TranscriptScenario, now: UInt64, _ rooms: RoomLog?, _ names: inout RoomNames
    ) async throws {
        let genesis = GroupGenesis(
            groupInfo: scenario.initial.groupInfo, tree: scenario.initial.ratchetTree)
        guard case .accepted(let events) = RoomState.decide(genesis, profile) else { return }
        var state = try RoomState(startingWith: events[0], profile)
        var last: RoomLog.Position?
        if let rooms {
            last = try await rooms.create(
                genesis, events, leading: state, naming: &names, for: scenario.name, time: now)
        }
        for step in scenario.steps {
            try await take(step, &state, now: now, rooms, &last)
        }
    }

    private mutating func take(
        _ step: TranscriptScenario.Step, _ state: inout RoomState, now: UInt64, _ rooms: RoomLog?,
        _ last: inout RoomLog.Position?
    ) async throws {
        let input = Follower.input(step)
        var cost = FollowMeasurement.Cost()
        var start = processorTime()
        func lap() -> Double {
            let now = processorTime()
            defer { start = now }
            return now - start
        }
        // A decision decodes the input, too.
        decode(input)
        cost.decode = lap()
        let decision = state.decide(input, now: now, profile)
        cost.validate = max(0, lap() - cost.decode)
        guard case .accepted(let events) = decision, let event = events.first else { return }
        let before = state.group
        start = processorTime()
        for event in events { try state.apply(event, profile) }
        cost.apply = lap()
        if let rooms, let position = last {
            start = processorTime()
            last = try await rooms.append(
                input, events, after: position, leading: state, time: now)
            cost.persist = lap()
        }
        guard case .commitAccepted = event else { return proposals.append(cost) }
        commits.append(cost)
        let needed = CommitSignatures(of: input, in: before, leadingTo: state.group).list
        start = processorTime()
        for signature in needed where !signature.verify(before.suite) {
            preconditionFailure("a signature of an accepted commit does not verify")
        }
        floors.append(lap())
        signatures.append(Double(needed.count))
    }

    private func decode(_ input: GroupHandshake) {
        for bytes in [input.message, input.welcome, input.groupInfo] {
            if let bytes { _ = try? MLSMessage(parsing: bytes) }
        }
        if let tree = input.tree { _ = try? RatchetTreeNodes(parsing: tree) }
    }
}

/// The signatures that a commit stands on: that of the message, those of the leaves and key packages that it
/// brings itself, and that of its GroupInfo.
struct CommitSignatures {
    private(set) var list: [SignatureToVerify] = []

    /// `before` is the group that the commit is of, `after` the one that it leads to.
    init(of input: GroupHandshake, in before: PublicGroup, leadingTo after: PublicGroup) {
        guard case .publicMessage(let message)? = try? MLSMessage(parsing: input.message),
            case .commit(let commit) = message.content.body
        else { return }
        let content = message.content
        var committer: LeafNode? = commit.path?.leafNode
        if case .member(let leaf) = content.sender { committer = before.tree.leaf(at: leaf) }
        add(
            committer, "FramedContentTBS",
            content.toBeSigned(wireFormat: .publicMessage, context: before.context.encoded),
            message.auth.signature)
        for case .proposal(.add(let package)) in commit.proposals {
            add(package.leafNode, groupID: [], at: 0)
            add(package.leafNode, "KeyPackageTBS", package.toBeSigned, package.signature)
        }
        if let leaf = commit.path?.leafNode, let index = Self.index(of: leaf, in: after) {
            add(leaf, groupID: before.context.groupID, at: index)
        }
        if let bytes = input.groupInfo,
            case .groupInfo(let info)? = try? MLSMessage(parsing: bytes)
        {
            add(
                after.tree.leaf(at: info.signer), "GroupInfoTBS", info.toBeSigned, info.signature)
        }
    }

    private static func index(of leaf: LeafNode, in group: PublicGroup) -> UInt32? {
        group.tree.places(encryptionKey: leaf.encryptionKey).first?.leaf
    }

    private mutating func add(_ leaf: LeafNode, groupID: [UInt8], at index: UInt32) {
        add(
            leaf, "LeafNodeTBS", leaf.toBeSigned(groupID: groupID, leafIndex: index),
            leaf.signature)
    }

    private mutating func add(
        _ leaf: LeafNode?, _ label: String, _ content: [UInt8], _ signature: [UInt8]
    ) {
        guard let leaf else { return }
        list.append(SignatureToVerify(leaf.signatureKey, label, content, signature))
    }
}
