/// A check of every page of a data file before liblmdb sees it.
///
/// liblmdb believes what it reads: a page number, an offset or a length that is wrong makes it read
/// or write anywhere. A file in which this check finds nothing can be read with liblmdb without
/// harm. Whether the *values* are those that were written is not its business: LMDB has no sums.
///
/// The file should be quiet. If it changes meanwhile, the findings mean nothing, but nothing worse
/// happens. Time is linear in the size of the file; memory stays below a thousandth of it and some
/// pages.
///
/// Not everything can be known: the number of the transaction, the size of the map, and with them
/// which of two meta pages is in force can be changed so that an older snapshot, which is sound
/// too, is seen.
package struct PageCheck: Sendable {
    /// The first ones, at most ``mostFindings``.
    package let findings: [PageFinding]
    /// How many there are.
    package let findingCount: Int
    package let statistics: PageStatistics

    package static let mostFindings = 100

    /// Checks the data file of the store in the directory.
    ///
    /// Throws what the system says about the file; `.notAStore` and `.unknownFormat` if it does not
    /// have two meta pages of LMDB's format 1. `visitor` is told every range of bytes that a sound
    /// page is read for: what is not named there is free, or padding.
    package init(
        at path: String, visitor: ((PageRegion) -> Void)? = nil
    ) throws(StoreError) {
        var walk = PageWalk(try DataFile.open(path + "/" + Environment.dataFile), visitor)
        walk.checkMetaPages()
        try walk.walkTables()
        try walk.walkFreeList()
        let lost = walk.findLostPages()
        findings = walk.findings
        findingCount = walk.findingCount
        statistics = PageStatistics(
            pageSize: walk.file.pageSize, lastPage: walk.file.current.lastPage,
            pagesInFile: walk.file.pageCount, transaction: walk.file.current.transaction,
            used: walk.used.count, free: walk.free.count, lost: lost, trees: walk.trees)
    }

    /// The same of a file that may be written meanwhile. What is found is looked for again, up to ten times,
    /// until two checks of one transaction find the same.
    package static func besideWriters(at path: String) throws(StoreError) -> PageCheck {
        var check = try PageCheck(at: path)
        for _ in 1..<10 where check.findingCount > 0 {
            let again = try PageCheck(at: path)
            let isQuiet = again.statistics.transaction == check.statistics.transaction
            let isSame = again.findings == check.findings
            check = again
            if isQuiet, isSame { break }
        }
        return check
    }

    /// The tree that the page belongs to, and the first key in it, or of the value in it. Nil if
    /// the page belongs to no tree, or is too damaged to be known: then there is a finding. One
    /// more walk over the file.
    package static func owner(
        of page: UInt64, at path: String
    ) throws(StoreError) -> (tree: PageTree, key: [UInt8])? {
        let size = UInt64(try DataFile.open(path + "/" + Environment.dataFile).pageSize)
        var owner: (PageTree, [UInt8])?
        _ = try PageCheck(at: path) { region in
            let pages = region.bytes.lowerBound / size...(region.bytes.upperBound - 1) / size
            guard owner == nil, pages.contains(page), region.kind != .structure,
                region.kind != .length
            else { return }
            if let tree = region.tree, let key = region.key { owner = (tree, key) }
        }
        return owner
    }
}

/// A range of bytes of a data file, and what it is for.
package struct PageRegion: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case key
        case value
        /// The length of a key or a value. Where padding, or the end of an overflow page, hides a
        /// change, it is a change of the key or the value like any other.
        case length
        /// Whatever holds the trees together.
        case structure
    }

    /// In the file. The value of an overflow page goes over several pages.
    package let bytes: Range<UInt64>
    package let kind: Kind
    /// Nil of a meta page.
    package let tree: PageTree?
    /// Of the row, or the lower bound of the page.
    package let key: [UInt8]?
}

/// What a data file consists of, in pages.
package struct PageStatistics: Hashable, Sendable {
    package let pageSize: Int
    package let lastPage: UInt64
    /// Fewer than up to the last page if the last ones are free.
    package let pagesInFile: UInt64
    package let transaction: UInt64
    /// Pages of trees, without the two meta pages.
    package let used: UInt64
    package let free: UInt64
    package let lost: UInt64
    package let trees: [TreeStatistics]
}

/// What was found in a tree.
package struct TreeStatistics: Hashable, Sendable {
    package let tree: PageTree
    package var depth = 0
    package var branchPages: UInt64 = 0
    package var leafPages: UInt64 = 0
    package var overflowPages: UInt64 = 0
    package var entries: UInt64 = 0
}
