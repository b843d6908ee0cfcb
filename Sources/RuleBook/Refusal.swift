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
        self.item = Self.shortened(item)
        self.expected = Self.shortened(expected)
        self.found = Self.shortened(found)
    }

    /// Texts quote inputs, which may be long.
    private static func shortened(_ text: String) -> String {
        let limit = 300
        guard text.utf8.count > limit else { return text }
        return "\(text.prefix(limit)) … (\(text.utf8.count) bytes)"
    }

    /// The refusal as one line, without the rule id.
    package var detail: String { "\(item): expected \(expected), found \(found)" }
}

extension Refusal: CustomStringConvertible {
    package var description: String { "\(rule): \(detail)" }
}
