/// What the nodes of a leaf hold.
extension PageWalk {
    mutating func checkValue(
        _ node: TreePage.Node, _ page: TreePage, _ number: UInt64, _ tree: inout TreeWalk
    ) throws(StoreError) {
        guard let value = page.bytes.part(node.value) else { return }
        guard node.isTable == (tree.tree == .tables) else {
            return cut(PageDamage(.nodeFlags, found: UInt64(node.flags)), number, &tree)
        }
        if node.isTable {
            guard let record = TreeRecord(value) else {
                let found = UInt64(value.count)
                return cut(PageDamage(.valueLength, found: found, expected: 48), number, &tree)
            }
            visit(.structure, number, node.value, tree)
            let name = String(decoding: page.key(node), as: UTF8.self)
            tree.tables.append(.init(name: name, record: record, page: number))
        } else if node.isOverflow {
            visit(.structure, number, node.value, tree)
            let first = value.load(UInt64.self, at: 0) ?? 0
            guard let run = try run(first, length: node.valueLength, &tree) else {
                tree.isWhole = false
                return
            }
            let length = try checkFreed(run, node.valueLength, tree)
            visit(.value, first, TreePage.headerSize..<TreePage.headerSize + length, tree)
        } else {
            let length = checkFreed(value, number, tree)
            visit(.value, number, node.value.prefix(length), tree)
        }
    }

    /// Takes the run of overflow pages from `first` into use. Nil if it can't be a run that holds
    /// `length` bytes.
    private mutating func run(
        _ first: UInt64, length: Int, _ tree: inout TreeWalk
    ) throws(StoreError) -> Range<UInt64>? {
        let headerSize = TreePage.headerSize
        guard use(first, tree), let header = try read(first, tree, count: headerSize)
        else { return nil }
        let pages: UInt64
        do throws(PageDamage) {
            pages = try overflowPages(header, first, length)
        } catch {
            note(error, first, tree)
            return nil
        }
        guard pages <= file.pageCount - first else {
            note(PageDamage(.pageMissing), file.pageCount, tree)
            return nil
        }
        for page in first + 1..<first + pages {
            guard use(page, tree) else { return nil }
        }
        tree.statistics.overflowPages += pages
        visit(.structure, first, 0..<8, tree)
        visit(.structure, first, 10..<headerSize, tree)
        return first..<first + pages
    }

    /// How many pages there are, by the header of the first:
    /// `0 number u64   10 flags u16   12 pages u32   16 value`.
    private func overflowPages(
        _ header: RawBytes, _ first: UInt64, _ length: Int
    ) throws(PageDamage) -> UInt64 {
        let flags = try TreePage.checkNumber(header, first)
        guard flags == TreePage.overflowPageFlags else {
            throw PageDamage(.pageFlags, found: UInt64(flags))
        }
        let pages = UInt64(header.load(UInt32.self, at: 12) ?? 0)
        let needed = UInt64((TreePage.headerSize + length - 1) / file.pageSize + 1)
        // There may be more: a value that is replaced by a shorter one in the transaction that
        // wrote it keeps its pages.
        guard pages >= needed else {
            throw PageDamage(.overflowLength, found: pages, expected: needed)
        }
        return pages
    }

    // MARK: The free list

    /// Checks a list of freed pages inside a leaf. Returns how much of a value is in use: of any
    /// other tree, all.
    private mutating func checkFreed(
        _ value: RawBytes, _ number: UInt64, _ tree: TreeWalk
    ) -> Int {
        guard tree.tree == .freeList else { return value.count }
        checkTransaction(number, tree)
        var list = FreedPages(length: value.count)
        take(value, &list, number, tree)
        return list.usedLength
    }

    /// The same of a list on overflow pages.
    private mutating func checkFreed(
        _ run: Range<UInt64>, _ length: Int, _ tree: TreeWalk
    ) throws(StoreError) -> Int {
        guard tree.tree == .freeList else { return length }
        checkTransaction(run.lowerBound, tree)
        var list = FreedPages(length: length)
        for number in run where !list.isAtEnd {
            let header = number == run.lowerBound ? TreePage.headerSize : 0
            guard let page = try read(number, tree), let part = page.part(header..<page.count)
            else { break }
            take(part, &list, number, tree)
        }
        return list.usedLength
    }

    /// The key of a list is the transaction that freed its pages.
    private mutating func checkTransaction(_ number: UInt64, _ tree: TreeWalk) {
        guard let transaction = tree.key.flatMap(KeyOrder.integer) else { return }
        let last = file.current.transaction
        guard transaction == 0 || transaction > last else { return }
        note(PageDamage(.freeTransaction, found: transaction, expected: last), number, tree)
    }

    /// Takes the next part of a list.
    private mutating func take(
        _ part: RawBytes, _ list: inout FreedPages, _ number: UInt64, _ tree: TreeWalk
    ) {
        do throws(PageDamage) {
            for offset in stride(from: 0, to: part.count, by: 8) where !list.isAtEnd {
                let word = part.load(UInt64.self, at: offset)
                guard let page = try list.next(word) else { continue }
                guard page >= 2, page <= file.current.lastPage else {
                    throw PageDamage(.freeOutOfRange, found: page)
                }
                if !free.insert(page) { note(PageDamage(.freeTwice, found: page), number, tree) }
                if used.contains(page) { note(PageDamage(.pageUsedAndFree), page, tree) }
            }
        } catch {
            note(error, number, tree)
            list.isAtEnd = true
        }
    }
}

/// Reads a list of freed pages word by word: `count u64, then as many page numbers u64 each`, the
/// highest first. There may be room behind them.
private struct FreedPages {
    private let length: Int
    private var count: UInt64?
    private var taken: UInt64 = 0
    private var previous = UInt64.max
    var isAtEnd = false

    init(length: Int) {
        self.length = length
    }

    var usedLength: Int {
        min(length, 8 + 8 * Int(count ?? 0))
    }

    /// Returns the page that the next word names; nil if it is the count.
    mutating func next(_ word: UInt64?) throws(PageDamage) -> UInt64? {
        guard let word else { throw PageDamage(.freeCount) }
        guard let count else {
            let room = UInt64(length / 8 - 1)
            guard length % 8 == 0, word <= room else {
                throw PageDamage(.freeCount, found: word, expected: room)
            }
            self.count = word
            isAtEnd = word == 0
            return nil
        }
        guard word < previous else { throw PageDamage(.freeOrder, found: word) }
        previous = word
        taken += 1
        isAtEnd = taken == count
        return word
    }
}
