import TestSupport

/// Seeded damage to inputs, for the runs inside the tests; libFuzzer has its own.
package struct Mutation {
    private var random: SplitMix64

    package init(seed: UInt64) {
        random = SplitMix64(state: seed)
    }

    package mutating func next() -> UInt64 { random.next() }

    /// A few changes of one input, with parts of another.
    package mutating func mutated(_ input: [UInt8], _ other: [UInt8]) -> [UInt8] {
        var bytes = input
        for _ in 0..<Int.random(in: 1...4, using: &random) { change(&bytes, other) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8], _ other: [UInt8]) {
        guard !bytes.isEmpty else {
            bytes.append(UInt8.random(in: .min ... .max, using: &random))
            return
        }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let length = Int.random(in: 1...min(16, bytes.count - place), using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 2: bytes[place] = [0, 1, 2, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xff][place % 10]
        case 3: bytes.removeSubrange(place..<place + length)
        case 4: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
        case 5: bytes.removeLast(length)
        case 6: bytes[place] &+= Bool.random(using: &random) ? 1 : .max
        default:
            guard !other.isEmpty else { return }
            let from = Int.random(in: 0..<other.count, using: &random)
            let part = other[from..<min(other.count, from + length)]
            bytes.replaceSubrange(place..<min(bytes.count, place + part.count), with: part)
        }
    }
}
