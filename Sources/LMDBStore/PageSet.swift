/// A set of page numbers, 64 to a word.
///
/// Memory grows with what was inserted, never with a number that a file claims.
struct PageSet {
    private var words: [UInt64: UInt64] = [:]
    private(set) var count: UInt64 = 0

    func contains(_ page: UInt64) -> Bool {
        words[page >> 6, default: 0] & 1 << (page & 63) != 0
    }

    /// Returns whether the page is new.
    mutating func insert(_ page: UInt64) -> Bool {
        let bit: UInt64 = 1 << (page & 63)
        let isNew = words[page >> 6, default: 0] & bit == 0
        guard isNew else { return false }
        words[page >> 6, default: 0] |= bit
        count += 1
        return true
    }

    func union(_ other: PageSet) -> PageSet {
        var result = PageSet()
        result.words = words.merging(other.words, uniquingKeysWith: |)
        result.count = result.words.values.reduce(0) { $0 + UInt64($1.nonzeroBitCount) }
        return result
    }

    /// The runs of pages of the range that are not in the set, in ascending order.
    func gaps(in range: Range<UInt64>) -> [Range<UInt64>] {
        var gaps: [Range<UInt64>] = []
        var next = range.lowerBound
        for index in words.keys.sorted() {
            var rest = words[index, default: 0]
            while rest != 0 {
                let page = index << 6 | UInt64(rest.trailingZeroBitCount)
                rest &= rest - 1
                guard page >= next, page < range.upperBound else { continue }
                if page > next { gaps.append(next..<page) }
                next = page + 1
            }
        }
        if next < range.upperBound { gaps.append(next..<range.upperBound) }
        return gaps
    }
}
