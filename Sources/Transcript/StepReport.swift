import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook

/// What came of one step, as `hubstore follow` prints it. Hashes are lower-case hex.
package struct StepReport: Encodable, Sendable {
    package let scenario: String
    /// The number of the step from 0, or "initial" for the import.
    package let step: StepName
    package let accepted: Bool
    /// The id of the rule that a refused step breaks.
    package let rule: String?
    /// Why it was refused, and what differs from the expectation.
    package let detail: String?
    // The group after the step; nil where it could not be imported.
    package let epoch: UInt64?
    package let treeHash: String?
    package let confirmedTranscriptHash: String?
    package let interimTranscriptHash: String?
    package let groupContext: String?
    package let leafCount: Int?
    /// Only where the run lists members: their number makes a step costly.
    package let memberIdentities: [String?]?
    /// Whether the expectation held.
    package let ok: Bool

    init(
        _ scenario: String, _ step: StepName, _ outcome: Follower.Outcome, _ state: RoomState?,
        listingMembers: Bool
    ) {
        self.scenario = scenario
        self.step = step
        var refusal: Refusal?
        if case .rejected(let reason) = outcome.decision { refusal = reason }
        accepted = refusal == nil
        rule = refusal?.rule.description
        let details = [refusal?.detail].compactMap { $0 } + outcome.mismatches
        detail = details.isEmpty ? nil : details.joined(separator: "; ")
        let group = state?.group
        epoch = group?.context.epoch
        treeHash = group.map { hex($0.context.treeHash) }
        confirmedTranscriptHash = group.map { hex($0.context.confirmedTranscriptHash) }
        interimTranscriptHash = group.map { hex($0.interimTranscriptHash) }
        groupContext = group.map { hex($0.context.encoded) }
        leafCount = group?.tree.width
        memberIdentities =
            listingMembers ? group?.memberIdentities.map { $0.map { hex($0) } } : nil
        ok = outcome.mismatches.isEmpty
    }

    package enum CodingKeys: String, CodingKey {
        case scenario, step, accepted, rule, detail, epoch, ok
        case treeHash = "tree_hash"
        case confirmedTranscriptHash = "confirmed_transcript_hash"
        case interimTranscriptHash = "interim_transcript_hash"
        case groupContext = "group_context"
        case leafCount = "n_leaves"
        case memberIdentities = "member_identities"
    }

    /// Every key is there in every object.
    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(scenario, forKey: .scenario)
        try object.encode(step, forKey: .step)
        try object.encode(accepted, forKey: .accepted)
        try object.encode(rule, forKey: .rule)
        try object.encode(detail, forKey: .detail)
        try object.encode(epoch, forKey: .epoch)
        try object.encode(treeHash, forKey: .treeHash)
        try object.encode(confirmedTranscriptHash, forKey: .confirmedTranscriptHash)
        try object.encode(interimTranscriptHash, forKey: .interimTranscriptHash)
        try object.encode(groupContext, forKey: .groupContext)
        try object.encode(leafCount, forKey: .leafCount)
        try object.encode(memberIdentities, forKey: .memberIdentities)
        try object.encode(ok, forKey: .ok)
    }

    /// The report as one line for people.
    package var line: String {
        var words = [ok ? "ok  " : "FAIL", scenario, "\(step)"]
        words.append(accepted ? "accepted" : "refused \(rule ?? "")")
        if let detail { words.append(detail) }
        if accepted, let epoch, let treeHash, let confirmedTranscriptHash,
            let interimTranscriptHash
        {
            words.append("epoch \(epoch)  tree \(treeHash)")
            words.append("confirmed \(confirmedTranscriptHash)  interim \(interimTranscriptHash)")
        }
        return words.joined(separator: "  ")
    }
}

/// A step's number, or the import before the first.
package enum StepName: Encodable, Sendable, CustomStringConvertible {
    case initial
    case number(Int)

    package func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .initial: try value.encode("initial")
        case .number(let number): try value.encode(number)
        }
    }

    package var description: String {
        switch self {
        case .initial: "initial"
        case .number(let number): "step \(number)"
        }
    }
}
