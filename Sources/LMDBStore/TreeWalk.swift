/// Where the walk is in one tree, and what it counted so far.
struct TreeWalk {
    struct NamedTable {
        let name: String
        let record: TreeRecord
        /// Where the record stands.
        let page: UInt64
    }

    let tree: PageTree
    let recordPage: UInt64
    /// The row at hand, or the lower bound of the page at hand.
    var key: ArraySlice<UInt8>?
    var statistics: TreeStatistics
    var isWhole = true
    /// Of the tree that names the tables.
    var tables: [NamedTable] = []

    init(_ tree: PageTree, recordPage: UInt64) {
        self.tree = tree
        self.recordPage = recordPage
        statistics = TreeStatistics(tree: tree)
    }

    var order: KeyOrder { tree == .freeList ? .integers : .bytes }

    /// Counts the page; refuses one with too few nodes, and a leaf that is not as deep as the
    /// first.
    mutating func count(_ page: TreePage, level: Int) throws(PageDamage) {
        // liblmdb gives up the process on a branch with one child, but not in the free list.
        let fewest = page.isBranch && tree != .freeList ? 2 : 1
        guard page.nodes.count >= fewest else {
            throw PageDamage(
                .pageNodes, found: UInt64(page.nodes.count), expected: UInt64(fewest))
        }
        if page.isBranch {
            statistics.branchPages += 1
            return
        }
        if statistics.depth == 0 { statistics.depth = level }
        guard level == statistics.depth else {
            throw PageDamage(
                .pageDepth, found: UInt64(level), expected: UInt64(statistics.depth))
        }
        statistics.leafPages += 1
        statistics.entries += UInt64(page.nodes.count)
    }
}

/// How the keys of a tree are sorted.
enum KeyOrder {
    /// By their bytes; a key comes before those that it is the beginning of.
    case bytes
    /// As integers of eight bytes in machine order.
    case integers

    func allows(_ key: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .bytes: (1...TreePage.longestKey).contains(key.count)
        case .integers: key.count == 8
        }
    }

    func ascends(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8>) -> Bool {
        if self == .integers, let first = Self.integer(first), let second = Self.integer(second) {
            return first < second
        }
        return first.lexicographicallyPrecedes(second)
    }

    static func integer(_ key: ArraySlice<UInt8>) -> UInt64? {
        key.count == 8 ? RawBytes(key).load(UInt64.self, at: 0) : nil
    }
}

/// The keys that a part of a tree can hold: from `lower` up to below `upper`; nil is no bound.
struct KeyBounds {
    var lower: ArraySlice<UInt8>?
    var upper: ArraySlice<UInt8>?

    func contain(_ key: ArraySlice<UInt8>, _ order: KeyOrder) -> Bool {
        if let lower, order.ascends(key, lower) { return false }
        if let upper, !order.ascends(key, upper) { return false }
        return true
    }

    /// The bounds of a child of a branch page which has these bounds.
    func child(_ index: Int, of page: TreePage) -> KeyBounds {
        var bounds = self
        if index > 0 { bounds.lower = page.key(page.nodes[index]) }
        if index + 1 < page.nodes.count { bounds.upper = page.key(page.nodes[index + 1]) }
        return bounds
    }
}
