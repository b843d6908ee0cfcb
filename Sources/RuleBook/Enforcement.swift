/// Which rules are enforced: all of them, except in the tests that show what each rule is for.
package struct Enforcement: Sendable {
    private let suspended: Set<Rule>

    package static let complete = Enforcement(suspended: [])

    /// Everything but one rule: a mutant that a test must notice.
    package static func without(_ rule: Rule) -> Enforcement {
        Enforcement(suspended: [rule])
    }

    /// Everything but some rules.
    package static func without(_ rules: some Sequence<Rule>) -> Enforcement {
        Enforcement(suspended: Set(rules))
    }

    /// This, but for some more rules.
    package func without(_ rules: some Sequence<Rule>) -> Enforcement {
        Enforcement(suspended: suspended.union(rules))
    }

    package func holds(_ rule: Rule) -> Bool {
        suspended.isEmpty || !suspended.contains(rule)
    }

    /// Refuses an item that does not meet the condition of a rule.
    package func require(
        _ rule: Rule, _ condition: @autoclosure () -> Bool, _ item: @autoclosure () -> String,
        expected: @autoclosure () -> String, found: @autoclosure () -> String
    ) throws(Refusal) {
        guard holds(rule), !condition() else { return }
        throw Refusal(rule, item(), expected: expected(), found: found())
    }
}
