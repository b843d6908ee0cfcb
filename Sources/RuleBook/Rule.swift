/// The id of a rule that a hub enforces, such as `D-17`: a section letter and a number.
///
/// `docs/rules.md` says what each rule demands and which RFC or draft section it comes from. A
/// refusal names its rule by this id, and so do the code that enforces it and the test that fails
/// without it.
package struct Rule: Hashable, Sendable {
    package enum Section: Character, Sendable {
        /// Identifiers and URIs.
        case identifiers = "A"
        /// The room state model.
        case room = "B"
        /// What RFC 9420 lets a non-member check.
        case mls = "D"
        /// Preemption, confirmation, order of operations.
        case order = "E"
        /// Policy evaluation.
        case policy = "F"
        /// Endpoints, routing, franking, consent.
        case endpoint = "G"
    }

    package let section: Section
    /// 0 … 99, or the letter of a rule that has one, as ASCII.
    package let number: UInt8

    package init(_ section: Section, _ number: UInt8) {
        self.section = section
        self.number = number
    }

    /// A rule with a letter instead of a number.
    package init(_ section: Section, letter: Unicode.Scalar) {
        self.init(section, UInt8(ascii: letter))
    }
}

extension Rule: CustomStringConvertible {
    package var description: String {
        let isLetter = number >= UInt8(ascii: "A") && section == .policy
        return "\(section.rawValue)-"
            + (isLetter ? String(UnicodeScalar(number)) : "\(number)")
    }
}
