/// The pages that LMDB's free list names, read from the file without liblmdb.
///
/// A page that was allocated at the end of the file and freed in the same transaction is never
/// written, so that a sound file can be shorter than its last page number says. Such pages are in
/// the free list; a page that is neither in the file nor in the free list was lost.
///
/// The free list is a B-tree. Its leaves hold lists of page numbers:
///
/// ```
/// page:  0 number u64    10 flags u16    12 lower u16    16 offsets of the nodes, u16 each
/// node:  0 low u16   2 high u16   4 flags u16   6 key length u16   8 key   8 + key length: value
///        in a branch:  low, high, flags = child page
///        in a leaf:    low, high = value length; flags bit 0: the value is the number of the
///                      first of a run of pages, which holds the real value behind its header
/// value: count u64, then as many page numbers, u64 each
/// ```
struct FreeList {
    private let path: String
    private let pageSize: Int
    /// Whole pages in the file.
    private let pageCount: UInt64
    private var visited: UInt64 = 0
    /// Free pages that are not in the file.
    private(set) var behindEnd: Set<UInt64> = []

    private static let headerSize = 16
    private static let noPage = UInt64.max
    private static let deepestTree = 32

    /// Reads the whole list, from the page `root`. Throws `.corrupted` if it can't be followed.
    init(_ path: String, root: UInt64, pageSize: Int, pageCount: UInt64) throws(StoreError) {
        self.path = path
        self.pageSize = pageSize
        self.pageCount = pageCount
        if root != Self.noPage { try visit(root, depth: 1) }
    }

    private mutating func visit(_ number: UInt64, depth: Int) throws(StoreError) {
        visited += 1
        guard depth <= Self.deepestTree, visited <= pageCount else {
            throw StoreError(.corrupted)
        }
        let page = try read(number, count: pageSize)
        let isBranch = try page.load(UInt16.self, at: 10) & 1 != 0
        let end = Int(try page.load(UInt16.self, at: 12))
        for offset in stride(from: Self.headerSize, to: end, by: 2) {
            let node = Int(try page.load(UInt16.self, at: offset))
            if isBranch {
                try visit(child(page, node), depth: depth + 1)
            } else {
                try collect(value(page, node))
            }
        }
    }

    private func child(_ page: RawPage, _ node: Int) throws(StoreError) -> UInt64 {
        let low = UInt64(try page.load(UInt32.self, at: node))
        return low | UInt64(try page.load(UInt16.self, at: node + 4)) << 32
    }

    private func value(_ page: RawPage, _ node: Int) throws(StoreError) -> RawPage {
        let length = Int(try page.load(UInt32.self, at: node))
        let start = node + 8 + Int(try page.load(UInt16.self, at: node + 6))
        guard try page.load(UInt16.self, at: node + 4) & 1 != 0 else {
            return try page.part(start, length)
        }
        let run = try read(page.load(UInt64.self, at: start), count: Self.headerSize + length)
        return try run.part(Self.headerSize, length)
    }

    private mutating func collect(_ list: RawPage) throws(StoreError) {
        let count = try list.load(UInt64.self, at: 0)
        guard count <= UInt64(list.bytes.count / 8 - 1) else { throw StoreError(.corrupted) }
        for index in 0..<Int(count) {
            let number = try list.load(UInt64.self, at: 8 + 8 * index)
            if number >= pageCount { behindEnd.insert(number) }
        }
    }

    private func read(_ number: UInt64, count: Int) throws(StoreError) -> RawPage {
        guard number < pageCount else { throw StoreError(.corrupted) }
        let offset = Int(number) * pageSize
        return RawPage(bytes: try FileSystem.read(path, at: offset, count: count)[...])
    }
}

/// Bytes of the file in machine byte order; every access is checked.
private struct RawPage {
    let bytes: ArraySlice<UInt8>

    func load<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type, at offset: Int
    ) throws(StoreError) -> T {
        let field = try part(offset, MemoryLayout<T>.size)
        return field.bytes.span.bytes.unsafeLoadUnaligned(as: type)
    }

    func part(_ offset: Int, _ count: Int) throws(StoreError) -> RawPage {
        guard offset >= 0, count <= bytes.count - offset else { throw StoreError(.corrupted) }
        return RawPage(bytes: bytes.dropFirst(offset).prefix(count))
    }
}
