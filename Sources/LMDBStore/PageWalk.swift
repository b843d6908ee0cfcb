/// A walk over the trees of a data file, which notes what is wrong and goes on where it can.
///
/// Each page is read once, however often it is referred to: the time is linear in the size of the
/// file. Memory holds one page for each level of a tree, the names of the tables, and the sets of
/// pages.
struct PageWalk: ~Copyable {
    let file: DataFile
    /// Pages of the trees.
    private(set) var used = PageSet()
    /// Pages of the free list.
    var free = PageSet()
    /// The first ``PageCheck/mostFindings``.
    private(set) var findings: [PageFinding] = []
    private(set) var findingCount = 0
    private(set) var trees: [TreeStatistics] = []
    /// Whether nothing cut off a part of a tree. If something did, counts and lost pages say
    /// nothing.
    private(set) var isWhole = true
    private let visitor: ((PageRegion) -> Void)?

    /// The deepest tree that liblmdb can follow.
    private static let deepestTree = 32
    /// Of the free list: keys are integers.
    static let integerKeys: UInt16 = 8

    /// `visitor` is told every range of bytes that a sound page is read for.
    init(_ file: consuming DataFile, _ visitor: ((PageRegion) -> Void)?) {
        self.file = file
        self.visitor = visitor
    }

    // MARK: Trees

    mutating func walkFreeList() throws(StoreError) {
        let record = file.current.freeList
        let tree = TreeWalk(.freeList, recordPage: file.currentPage)
        try walk(record, tree, flags: Self.integerKeys, padding: UInt32(file.pageSize))
    }

    /// Walks the tree of the table names, and then each table.
    mutating func walkTables() throws(StoreError) {
        let names = TreeWalk(.tables, recordPage: file.currentPage)
        for table in try walk(file.current.tables, names, flags: 0, padding: 0) {
            let tree = TreeWalk(.table(table.name), recordPage: table.page)
            try walk(table.record, tree, flags: 0, padding: 0)
        }
    }

    /// Returns the tables that the tree names.
    @discardableResult
    private mutating func walk(
        _ record: TreeRecord, _ start: TreeWalk, flags: UInt16, padding: UInt32
    ) throws(StoreError) -> [TreeWalk.NamedTable] {
        var tree = start
        note(.treeFlags, tree.recordPage, tree, unless: UInt64(record.flags), UInt64(flags))
        note(.treePadding, tree.recordPage, tree, unless: UInt64(record.padding), UInt64(padding))
        if let root = record.root { try descend(root, level: 1, KeyBounds(), &tree) }
        tree.key = nil
        trees.append(tree.statistics)
        isWhole = isWhole && tree.isWhole
        if tree.isWhole { compare(record, tree) }
        return tree.tables
    }

    private mutating func compare(_ record: TreeRecord, _ tree: TreeWalk) {
        let (page, counted) = (tree.recordPage, tree.statistics)
        note(.treeDepth, page, tree, unless: UInt64(record.depth), UInt64(counted.depth))
        note(.treeBranchPages, page, tree, unless: record.branchPages, counted.branchPages)
        note(.treeLeafPages, page, tree, unless: record.leafPages, counted.leafPages)
        note(.treeOverflowPages, page, tree, unless: record.overflowPages, counted.overflowPages)
        note(.treeEntries, page, tree, unless: record.entries, counted.entries)
    }

    // MARK: Pages

    private mutating func descend(
        _ number: UInt64, level: Int, _ bounds: KeyBounds, _ tree: inout TreeWalk
    ) throws(StoreError) {
        tree.key = bounds.lower
        guard use(number, tree), let bytes = try read(number, tree) else {
            tree.isWhole = false
            return
        }
        let page: TreePage
        do throws(PageDamage) {
            page = try TreePage(bytes, number: number)
            guard level < Self.deepestTree || !page.isBranch else {
                throw PageDamage(.pageDepth, found: UInt64(level))
            }
            try tree.count(page, level: level)
        } catch {
            cut(error, number, &tree)
            return
        }
        if visitor != nil { visit(page, number, tree) }
        checkKeys(page, number, bounds, &tree)
        for (index, node) in page.nodes.enumerated() {
            if page.isBranch {
                let inside = bounds.child(index, of: page)
                try descend(node.child, level: level + 1, inside, &tree)
            } else {
                tree.key = page.key(node)
                try checkValue(node, page, number, &tree)
            }
        }
    }

    /// Takes the page into the set of those in use. Returns false if it can't be in use.
    mutating func use(_ number: UInt64, _ tree: TreeWalk) -> Bool {
        guard number >= 2, number <= file.current.lastPage else {
            note(PageDamage(.pageOutOfRange), number, tree)
            return false
        }
        guard used.insert(number) else {
            note(PageDamage(.pageUsedTwice), number, tree)
            return false
        }
        if free.contains(number) { note(PageDamage(.pageUsedAndFree), number, tree) }
        return true
    }

    mutating func read(
        _ number: UInt64, _ tree: TreeWalk, count: Int? = nil
    ) throws(StoreError) -> RawBytes? {
        let bytes = try file.page(number, count: count)
        if bytes == nil { note(PageDamage(.pageMissing), number, tree) }
        return bytes
    }

    /// Whether keys are of the right length, ascend, and lie between the bounds.
    private mutating func checkKeys(
        _ page: TreePage, _ number: UInt64, _ bounds: KeyBounds, _ tree: inout TreeWalk
    ) {
        let order = tree.order
        var previous: ArraySlice<UInt8>?
        for node in page.nodes.dropFirst(page.isBranch ? 1 : 0) {
            let key = page.key(node)
            tree.key = key
            guard order.allows(key) else {
                note(PageDamage(.keyLength, found: UInt64(key.count)), number, tree)
                continue
            }
            if let previous, !order.ascends(previous, key) {
                note(PageDamage(.keyOrder), number, tree)
            }
            if !bounds.contain(key, order) { note(PageDamage(.keyBounds), number, tree) }
            previous = key
        }
    }

    // MARK: Findings

    mutating func note(_ damage: PageDamage, _ page: UInt64, _ tree: TreeWalk? = nil) {
        findingCount += 1
        guard findings.count < PageCheck.mostFindings else { return }
        findings.append(
            PageFinding(
                code: damage.code, page: page, tree: tree?.tree,
                key: tree?.key.map { Array($0) }, found: damage.found, expected: damage.expected))
    }

    /// Notes the two numbers unless they are equal.
    mutating func note(
        _ code: PageFinding.Code, _ page: UInt64, _ tree: TreeWalk? = nil,
        unless found: UInt64, _ expected: UInt64
    ) {
        guard found != expected else { return }
        note(PageDamage(code, found: found, expected: expected), page, tree)
    }

    /// Notes damage that hides a part of the tree.
    mutating func cut(_ damage: PageDamage, _ page: UInt64, _ tree: inout TreeWalk) {
        note(damage, page, tree)
        tree.isWhole = false
    }

    // MARK: Regions

    func visit(
        _ kind: PageRegion.Kind, _ page: UInt64, _ range: Range<Int>, _ tree: TreeWalk? = nil
    ) {
        guard let visitor, !range.isEmpty else { return }
        let start = page * UInt64(file.pageSize)
        visitor(
            PageRegion(
                bytes: start + UInt64(range.lowerBound)..<start + UInt64(range.upperBound),
                kind: kind, tree: tree?.tree, key: tree?.key.map { Array($0) }))
    }

    /// All of a page but its values.
    private func visit(_ page: TreePage, _ number: UInt64, _ tree: TreeWalk) {
        var tree = tree
        visit(.structure, number, 0..<8, tree)
        visit(.structure, number, 10..<TreePage.headerSize + 2 * page.nodes.count, tree)
        for (index, node) in page.nodes.enumerated() {
            let isIgnored = page.isBranch && index == 0
            if !isIgnored { tree.key = page.key(node) }
            let flags = node.offset + 4..<node.offset + 6
            let isLength: PageRegion.Kind = page.isBranch ? .structure : .length
            visit(isLength, number, node.offset..<flags.lowerBound, tree)
            visit(.structure, number, flags, tree)
            visit(.length, number, flags.upperBound..<node.key.lowerBound, tree)
            if !isIgnored { visit(.key, number, node.key, tree) }
        }
    }
}
