/// Why an input was refused: the rule it breaks, the offending item, what the rule expects of the
/// item and what was found instead.
///
/// A refusal is an answer, not a failure: the state it was judged against is unchanged.
package struct Refusal: Error, Hashable, Sendable {
    package let rule: Rule
    package let item: String
    package let expected: String
    package let found: String

    package init(_ rule: Rule, _ item: String, expected: String, found: String) {
        self.rule = rule
        self.item = item
        self.expected = expected
        self.found = found
    }

    /// The refusal as one line, without the rule id.
    package var detail: String { "\(item): expected \(expected), found \(found)" }
}

extension Refusal: CustomStringConvertible {
    package var description: String { "\(rule): \(detail)" }
}
