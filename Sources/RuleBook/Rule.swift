/// The id of a rule that a hub enforces, such as `D-17`: a section letter and a number.
///
/// `docs/rules.md` says what each rule demands and which RFC or draft section it comes from. A
/// refusal names its rule by this id, and so do the code that enforces it and the test that fails
/// without it.
package struct Rule: Hashable, Sendable {
    package enum Section: Character, Sendable {
        /// What RFC 9420 lets a non-member check.
        case mls = "D"
    }

    package let section: Section
    package let number: UInt8

    package init(_ section: Section, _ number: UInt8) {
        self.section = section
        self.number = number
    }
}

extension Rule: CustomStringConvertible {
    package var description: String { "\(section.rawValue)-\(number)" }
}
