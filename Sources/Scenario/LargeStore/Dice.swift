import MLSCrypto
import MLSMember
import PresentationLanguage

/// Choices that follow from a seed.
package struct Dice: RandomNumberGenerator {
    private let random: SeededRandom

    /// `name` tells apart those of one run.
    package init(seed: UInt64, name: String) {
        random = SeededRandom(seed: seed, name: "dice of \(name)")
    }

    package mutating func next() -> UInt64 {
        do {
            return try UInt64(parsing: random.bytes(8))
        } catch {
            preconditionFailure("a seed that gives nothing: \(error)")
        }
    }

    /// Whether something comes about that does once in `count` times.
    package mutating func hits(oneIn count: Int) -> Bool {
        Int.random(in: 0..<count, using: &self) == 0
    }

    package mutating func pick<Element>(_ elements: some Collection<Element>) -> Element? {
        elements.randomElement(using: &self)
    }
}
