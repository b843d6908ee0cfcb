import EndpointMessages
import MLSMessages
import RoomState
import RuleBook

/// Why a hub refuses something: a value, without effect on any room. The latest ones are in the hub's
/// journal; see ``Hub/refusals()``.
public struct HubRefusal: Error, Hashable, Sendable {
    /// The answer's code (MIMI protocol §5.3), or the HTTP status that stands for it.
    public enum Code: String, Hashable, Sendable {
        /// Undecodable, or a part that must be there is not: HTTP 400.
        case malformed
        /// The room is not of this hub: HTTP 404.
        case noSuchRoom
        /// Only the epoch differs.
        case wrongEpoch
        /// A message of an epoch that is over.
        case epochTooOld
        /// A proposal, or the list of them, is not valid.
        case invalidProposal
        /// Everything else.
        case notAllowed
    }

    /// What the answer says.
    public let code: Code
    /// The ids of the rules that are known to be broken, as `docs/rules.md` lists them; the first is
    /// the one that refused. Others may be broken, too.
    public let rules: [String]
    /// What breaks it.
    public let item: String
    /// What the rule asks for.
    public let expected: String
    /// What was there instead.
    public let found: String

    /// The rule that refused; empty where no rule is broken.
    public var rule: String { rules.first ?? "" }

    init(_ code: Code, rules: [String], item: String, expected: String, found: String) {
        self.code = code
        self.rules = rules
        self.item = item
        self.expected = expected
        self.found = found
    }

    init(_ code: Code, rule: Rule, item: String, expected: String, found: String) {
        self.init(
            code, rules: [rule.description], item: item, expected: expected, found: found)
    }

    init(_ code: Code, _ refusal: Refusal) {
        self.init(
            code, rule: refusal.rule, item: refusal.item, expected: refusal.expected,
            found: refusal.found)
    }

    /// A room that is not of this hub.
    static func noSuchRoom(_ room: String) -> HubRefusal {
        HubRefusal(
            .noSuchRoom, rules: [], item: "room", expected: "a room of this hub", found: room)
    }

    init(_ refusal: Refusal, of bundle: [UInt8], in room: MIMIRoom?) {
        self.init(Self.code(of: refusal, bundle, room), refusal)
    }

    private static func code(
        of refusal: Refusal, _ bytes: [UInt8], _ room: MIMIRoom?
    ) -> Code {
        let rule = refusal.rule
        switch rule {
        case .canonicalEncoding, .wireFormat:
            return .malformed
        case .groupAndEpoch:
            guard let room, case .publicMessage(let message) = Self.message(bytes),
                message.content.groupID == room.group.context.groupID
            else { return .notAllowed }
            return .wrongEpoch
        case .welcome where Self.lacksWelcome(bytes):
            return .malformed
        default:
            let proposals = UInt8(25)...47
            return rule.section == .mls && proposals.contains(rule.number)
                ? .invalidProposal : .notAllowed
        }
    }

    private static func message(_ bytes: [UInt8]) -> MLSMessage? {
        (try? HandshakeBundle(parsing: bytes))?.message
    }

    private static func lacksWelcome(_ bytes: [UInt8]) -> Bool {
        guard case .commit(nil, _, _)? = (try? HandshakeBundle(parsing: bytes))?.rest else {
            return false
        }
        return true
    }
}

extension HubRefusal: CustomStringConvertible {
    public var description: String {
        "\(code.rawValue): \(rule): \(item): expected \(expected), found \(found)"
    }
}
