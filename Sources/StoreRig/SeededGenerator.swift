/// Numbers that follow from a seed (splitmix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return Self.mix(state)
    }

    static func mix(_ value: UInt64) -> UInt64 {
        var value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}

/// Tells images apart; it is no defence against anybody.
struct ContentHash {
    private var state: UInt64 = 0

    mutating func add(_ number: UInt64) {
        state = SeededGenerator.mix(state ^ number) &* 0x9e37_79b9_7f4a_7c15 &+ number
    }

    mutating func add(_ bytes: [UInt8], _ range: Range<Int>? = nil) {
        let range = range ?? 0..<bytes.count
        add(UInt64(range.count))
        // Words of eight bytes, two sums at a time; `range` begins at a multiple of 16 or ends soon.
        var sums = (state, ~state)
        bytes.withUnsafeBytes { buffer in
            var offset = range.lowerBound
            while offset + 16 <= range.upperBound {
                let first = buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                let second = buffer.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
                sums.0 = Self.step(sums.0, first)
                sums.1 = Self.step(sums.1, second)
                offset += 16
            }
            for place in offset..<range.upperBound {
                sums.0 = Self.step(sums.0, UInt64(buffer[place]))
            }
        }
        add(sums.0)
        add(sums.1)
    }

    private static func step(_ sum: UInt64, _ word: UInt64) -> UInt64 {
        let product = (sum ^ word).multipliedFullWidth(by: 0x9fb2_1c65_1e98_df25)
        return product.high ^ product.low &+ 0x2d35_8dcc_aa6c_78a5 ^ sum << 7
    }

    var value: UInt64 { SeededGenerator.mix(state) }
}
