/// What concerns the file as a whole.
extension PageWalk {
    mutating func checkMetaPages() {
        let (current, older) = (file.current, file.older)
        let place = file.currentPage
        check(current, place)
        check(older, 1 - place)
        if current.lastPage < max(older.lastPage, 1) {
            let expected = max(older.lastPage, 1)
            note(.metaLastPage, place, unless: current.lastPage, expected)
        }
        // A new file has 0 in both.
        let isNew = current.transaction == 0 && older.transaction == 0
        if !isNew {
            note(.metaTransaction, place, unless: current.transaction, older.transaction &+ 1)
            note(.metaTransaction, place, unless: current.transaction % 2, place)
        }
        for page: UInt64 in [0, 1] {
            visit(.structure, page, 0..<8)
            visit(.structure, page, 10..<12)
            // The trees of the older meta page are not read.
            for range in page == place ? [16..<MetaPage.byteCount] : [16..<32, 40..<46, 144..<152] {
                visit(.structure, page, range)
            }
        }
    }

    private mutating func check(_ meta: MetaPage, _ place: UInt64) {
        note(.metaNumber, place, unless: meta.number, place)
        note(.metaAddress, place, unless: meta.address, 0)
        if place != file.currentPage {
            note(.metaFlags, place, unless: UInt64(meta.freeList.flags), UInt64(Self.integerKeys))
        }
        let pagesInMap = meta.mapSize / UInt64(file.pageSize)
        if meta.lastPage >= pagesInMap {
            note(.metaMapSize, place, unless: pagesInMap, meta.lastPage &+ 1)
        }
    }

    /// Pages that are neither used nor free; returns how many. LMDB leaves none: each page up to
    /// the last is a meta page, in one tree, or in the free list.
    mutating func findLostPages() -> UInt64 {
        let last = file.current.lastPage
        guard isWhole, last >= 2, last < UInt64.max else { return 0 }
        var lost: UInt64 = 0
        for gap in used.union(free).gaps(in: 2..<last + 1) {
            let count = gap.upperBound - gap.lowerBound
            lost += count
            note(PageDamage(.pageLost, found: count), gap.lowerBound)
        }
        return lost
    }
}
