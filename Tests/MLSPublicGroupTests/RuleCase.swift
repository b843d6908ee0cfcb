import MLSPublicGroup
import RoomState
import RuleBook
import TestSupport
import Testing

/// An input that breaks one rule, and what is said to it with that rule and without.
struct RuleCase: Sendable, CustomTestStringConvertible {
    enum Effect: Sendable {
        /// With the rule the input is refused under its id, without it not.
        case refuses
        /// The rule stands for others: their ids are in the refusal.
        case refusesAs(Rule)
        /// The rule says how to compute: with it a valid input is accepted, without it not.
        case computes
    }

    let rule: Rule
    let name: String
    let effect: Effect
    let decide: @Sendable (Enforcement) -> Decision
    /// Where the input is a handshake: the group that it is for, itself, and the time.
    var handshake: (build: @Sendable () -> (ForgedGroup, ForgedHandshake), now: UInt64)?

    var testDescription: String { "\(rule): \(name)" }

    /// A case with a decision of its own.
    init(
        _ rule: Rule, _ name: String, _ effect: Effect = .refuses,
        decide: @escaping @Sendable (Enforcement) -> Decision
    ) {
        self.rule = rule
        self.name = name
        self.effect = effect
        self.decide = decide
    }

    /// A handshake in a group. `build` makes both under all rules.
    static func handshake(
        _ rule: Rule, _ name: String, _ effect: Effect = .refuses, now: UInt64 = ForgedGroup.now,
        _ build: @escaping @Sendable () -> (ForgedGroup, ForgedHandshake)
    ) -> RuleCase {
        var ruleCase = RuleCase(rule, name, effect) { enforcement in
            let (group, forged) = build()
            var profile = group.profile
            profile.enforcement = enforcement
            let decision = group.state.decide(forged.input, now: now, profile)
            if case .accepted(let events) = decision {
                // What a suspended rule lets through must not trap either.
                var state = group.state
                for event in events { try? state.apply(event, profile) }
            }
            return decision
        }
        ruleCase.handshake = (build, now)
        return ruleCase
    }

    /// The import of a group.
    static func genesis(
        _ rule: Rule, _ name: String, profile: GroupProfile = .plain,
        _ build: @escaping @Sendable () -> GroupGenesis
    ) -> RuleCase {
        RuleCase(rule, name) { enforcement in
            var profile = profile
            profile.enforcement = enforcement
            return RoomState.decide(build(), profile)
        }
    }

    func check() {
        let with = decide(.complete)
        let without = decide(.without(rule))
        switch effect {
        case .refuses:
            #expect(with.refusedRule == rule, "\(with)")
            #expect(without.refusedRule != rule, "\(without)")
        case .refusesAs(let other):
            #expect(with.refusedRule == other, "\(with)")
            #expect(without.refusedRule == nil, "\(without)")
        case .computes:
            #expect(with.refusedRule == nil, "\(with)")
            #expect(without.refusedRule != nil, "\(without)")
        }
    }
}

@Suite("Every rule of section D refuses what breaks it, and only it does")
struct RuleTests {
    static let cases =
        framingCases + leafCases + proposalCases + listCases + commitCases + companionCases
        + importCases

    @Test(arguments: cases)
    func refused(_ ruleCase: RuleCase) {
        ruleCase.check()
    }

    @Test func noRuleIsWithoutCase() {
        #expect(Set(Rule.mls).subtracting(Self.cases.map(\.rule)).isEmpty)
        #expect(Set(Rule.mls).count == Rule.mls.count)
    }
}
