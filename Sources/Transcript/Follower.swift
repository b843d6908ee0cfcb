import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook

/// Follows one group of a transcript from outside and compares it with what the transcript expects.
package struct Follower {
    private let profile: GroupProfile
    /// Milliseconds since the Unix epoch.
    private let now: UInt64
    package private(set) var state: RoomState?

    package init(now: UInt64, profile: GroupProfile = .plain) {
        self.now = now
        self.profile = profile
    }

    /// What an input led to: the events to record if it was accepted.
    package struct Outcome {
        package let decision: Decision
        /// What differs from the expectation; empty if it held.
        package let mismatches: [String]
    }

    package mutating func start(_ scenario: TranscriptScenario) throws(Refusal) -> Outcome {
        let initial = scenario.initial
        let decision = RoomState.decide(
            GroupGenesis(groupInfo: initial.groupInfo, tree: initial.ratchetTree), profile)
        if case .accepted(let events) = decision {
            state = try RoomState(startingWith: events[0], profile)
        }
        var mismatches = mismatches(decision, initial.expect)
        if let group = state?.group, group.suite.rawValue != scenario.cipherSuite {
            mismatches.append("cipher_suite is \(group.suite.rawValue)")
        }
        return Outcome(decision: decision, mismatches: mismatches)
    }

    /// The group must have been imported.
    package mutating func take(_ step: TranscriptScenario.Step) throws(Refusal) -> Outcome {
        guard var state else { preconditionFailure("no group to follow") }
        let decision = state.decide(Self.input(step), now: now, profile)
        if case .accepted(let events) = decision {
            // The only reference to the state is this one, so that applying does not copy it.
            self.state = nil
            for event in events { try state.apply(event, profile) }
            self.state = state
        }
        return Outcome(decision: decision, mismatches: mismatches(decision, step.expect))
    }

    package static func input(_ step: TranscriptScenario.Step) -> GroupHandshake {
        GroupHandshake(
            message: step.message, welcome: step.welcome, groupInfo: step.groupInfoAfter,
            tree: step.ratchetTreeAfter)
    }

    // MARK: Expectations

    private func mismatches(_ decision: Decision, _ expect: Expectation) -> [String] {
        var list: [String] = []
        switch decision {
        case .rejected where expect.accepted:
            list.append("refused")
        case .accepted(let events) where !expect.accepted:
            // A lone proposal may be taken now, as long as the commit that uses it is refused.
            if case .proposalQueued? = events.first, expect.mayDefer { break }
            list.append("accepted")
        case .accepted(let events):
            if case .proposalQueued(let proposal)? = events.first {
                compare("proposal_ref", proposal.reference, expect.proposalReference, &list)
            }
        case .rejected:
            break
        }
        guard let group = state?.group else { return list }
        compare("epoch", group.context.epoch, expect.epoch, &list)
        compare("tree_hash", group.context.treeHash, expect.treeHash, &list)
        compare(
            "confirmed_transcript_hash", group.context.confirmedTranscriptHash,
            expect.confirmedTranscriptHash, &list)
        compare(
            "interim_transcript_hash", group.interimTranscriptHash, expect.interimTranscriptHash,
            &list)
        compare("group_context", group.context.encoded, expect.groupContext, &list)
        compare("n_leaves", group.tree.width, expect.leafCount, &list)
        if let identities = expect.memberIdentities {
            compare("member_identities", group.memberIdentities, identities, &list)
        }
        return list
    }

    private func compare<T: Equatable>(
        _ name: String, _ found: T, _ expected: T?, _ list: inout [String]
    ) {
        if let expected, found != expected { list.append("\(name) differs") }
    }
}

extension PublicGroup {
    /// By leaf index: the identity of a basic credential; nil for a blank leaf or another type.
    package var memberIdentities: [[UInt8]?] {
        (0..<UInt32(tree.width)).map { index in
            guard case .basic(let identity)? = tree.leaf(at: index)?.credential else { return nil }
            return identity
        }
    }
}
