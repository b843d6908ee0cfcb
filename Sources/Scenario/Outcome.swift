import HubStore

/// What came of a step.
struct Outcome: Hashable {
    var code: String
    /// The rules that are known to be broken; the first is the one that refused.
    var rules: [String] = []
    var detail = ""
    /// The body that was answered.
    var body: [UInt8]?

    static let success = Outcome(code: "success")

    var isSuccess: Bool { code == "success" }

    init(code: String, rules: [String] = [], detail: String = "", body: [UInt8]? = nil) {
        self.code = code
        self.rules = rules
        self.detail = detail
        self.body = body
    }

    init(_ refusal: HubRefusal, body: [UInt8]?) {
        self.init(
            code: refusal.code.rawValue, rules: refusal.rules,
            detail: "\(refusal.item): expected \(refusal.expected), found \(refusal.found)",
            body: body)
    }

    init(_ answer: UpdateAnswer) {
        switch answer.outcome {
        case .accepted: self.init(code: "success", body: answer.body)
        case .refused(let refusal): self.init(refusal, body: answer.body)
        }
    }

    init(_ answer: MessageAnswer) {
        switch answer.outcome {
        case .accepted(_, let isFranked):
            self.init(code: "success", detail: isFranked ? "franked" : "", body: answer.body)
        case .refused(let refusal): self.init(refusal, body: answer.body)
        }
    }
}

/// A step and what came of it, as `--json` prints it.
package struct ScenarioReport: Encodable, Sendable {
    package let step: String
    package let code: String
    package let rule: String?
    package let detail: String?
    package let epoch: UInt64
    package let stateHash: String
    package let sequence: UInt64
    package let ok: Bool

    private enum CodingKeys: String, CodingKey {
        case step, code, rule, detail, epoch, ok
        case stateHash = "state_hash"
        case sequence = "seq"
    }

    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        // A member of a race is no number.
        if let number = Int(step) {
            try object.encode(number, forKey: .step)
        } else {
            try object.encode(step, forKey: .step)
        }
        try object.encode(code, forKey: .code)
        try object.encode(rule, forKey: .rule)
        try object.encode(detail, forKey: .detail)
        try object.encode(epoch, forKey: .epoch)
        try object.encode(stateHash, forKey: .stateHash)
        try object.encode(sequence, forKey: .sequence)
        try object.encode(ok, forKey: .ok)
    }

    /// One line for people.
    package var line: String {
        let mark = ok ? "ok  " : "FAIL"
        let why = [rule, detail].compactMap { $0 }.joined(separator: " ")
        return "\(mark) \(step)  \(code)\(why.isEmpty ? "" : "  \(why)")  epoch \(epoch)"
            + "  record \(sequence)"
    }
}
