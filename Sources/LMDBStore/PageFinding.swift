/// The trees of a data file.
package enum PageTree: Hashable, Sendable {
    /// The pages to be used again, by the transaction that freed them.
    case freeList
    /// The names of the tables.
    case tables
    /// A table, by its name.
    case table(String)
}

/// One thing that is wrong with a data file, and where.
package struct PageFinding: Hashable, Sendable {
    /// What is wrong. The raw values are stable.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        // A meta page
        /// The number in its header is not its place.
        case metaNumber = "meta-number"
        /// Flags of the environment that a store does not have.
        case metaFlags = "meta-flags"
        /// A fixed address, which a store does not have.
        case metaAddress = "meta-address"
        /// The map is smaller than the pages in use.
        case metaMapSize = "meta-map-size"
        /// The last page is a meta page, or below that of the transaction before.
        case metaLastPage = "meta-last-page"
        /// The transactions of the two meta pages do not follow each other, or stand in the wrong
        /// page.
        case metaTransaction = "meta-transaction"

        // The record of a tree
        /// Flags, such as those of sorted duplicates, that a store does not use.
        case treeFlags = "tree-flags"
        case treePadding = "tree-padding"
        case treeDepth = "tree-depth"
        case treeBranchPages = "tree-branch-pages"
        case treeLeafPages = "tree-leaf-pages"
        case treeOverflowPages = "tree-overflow-pages"
        case treeEntries = "tree-entries"

        // The place of a page
        /// A reference to a meta page, or to a page behind the last one.
        case pageOutOfRange = "page-out-of-range"
        /// The file ends before the page does.
        case pageMissing = "page-missing"
        case pageUsedTwice = "page-used-twice"
        /// A page of a tree, and in the free list.
        case pageUsedAndFree = "page-used-and-free"
        /// Pages, `found` of them, that are neither in a tree nor in the free list.
        case pageLost = "page-lost"

        // The content of a page
        /// The number in the header is not the place of the page.
        case pageNumber = "page-number"
        /// The page is of another type than it must be here.
        case pageFlags = "page-flags"
        /// The bounds of the free space are impossible.
        case pageBounds = "page-bounds"
        /// Fewer nodes than a page of this type has at least.
        case pageNodes = "page-nodes"
        /// A leaf less or more deep than the first one.
        case pageDepth = "page-depth"
        /// Fewer overflow pages than the value needs.
        case overflowLength = "overflow-length"

        // A node
        /// The nodes do not lie one behind the other.
        case nodeOffset = "node-offset"
        /// Flags that a store does not use, or at the wrong place.
        case nodeFlags = "node-flags"
        case keyLength = "key-length"
        /// A value inside the page that belongs on overflow pages, or of an impossible length.
        case valueLength = "value-length"
        /// The key is not above the one before.
        case keyOrder = "key-order"
        /// The key lies outside the part of the tree where it stands.
        case keyBounds = "key-bounds"

        // The free list
        /// Pages freed by a transaction that was not committed.
        case freeTransaction = "free-transaction"
        /// The count of a list is beyond the list.
        case freeCount = "free-count"
        /// The pages of a list do not descend.
        case freeOrder = "free-order"
        case freeOutOfRange = "free-out-of-range"
        case freeTwice = "free-twice"
    }

    package let code: Code
    /// The page where it was found. Of a reference that leads nowhere: the page it leads to.
    package let page: UInt64
    /// Nil of meta pages and of lost pages.
    package let tree: PageTree?
    /// The key of the row concerned, or the lowest that the page can hold. Nil where a tree begins
    /// or where no single row is concerned.
    package let key: [UInt8]?
    package let found: UInt64?
    package let expected: UInt64?
}

extension PageTree: CustomStringConvertible {
    package var description: String {
        switch self {
        case .freeList: "free list"
        case .tables: "table names"
        case .table(let name): "table \(name)"
        }
    }
}

extension PageFinding: CustomStringConvertible {
    /// One line for an operator.
    package var description: String {
        var line = "page \(page): \(code.rawValue)"
        if let tree { line += ", \(tree)" }
        if let key {
            let digits = key.map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
            line += ", key \(digits.joined())"
        }
        if let found { line += ", found \(found)" }
        if let expected { line += ", expected \(expected)" }
        return line
    }
}

/// What the parser of a page has to say; ``PageWalk`` knows the place.
struct PageDamage: Error {
    let code: PageFinding.Code
    var found: UInt64?
    var expected: UInt64?

    init(_ code: PageFinding.Code, found: UInt64? = nil, expected: UInt64? = nil) {
        self.code = code
        self.found = found
        self.expected = expected
    }
}
