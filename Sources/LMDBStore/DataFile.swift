/// The data file, read without liblmdb.
///
/// liblmdb trusts its pages: a file shorter than its meta page says is opened without complaint
/// and kills the process with SIGBUS at the first read behind its end. Here everything is read
/// with pread(2), which can only come back with less.
package struct DataFile: ~Copyable {
    private let file: FileSystem.OpenFile
    /// The meta page in force, and the one before.
    let current: MetaPage
    let older: MetaPage
    /// 0 or 1: where the one in force stands.
    let currentPage: UInt64
    let pageSize: Int
    /// Whole pages in the file.
    let pageCount: UInt64
    let size: UInt64

    /// LMDB 0.9 holds offsets inside a page in 16 bits, the end of the page among them.
    private static let pageSizes: ClosedRange<UInt32> = 512...32768

    /// Opens the file if it has two meta pages that liblmdb would accept. Throws `.notAStore` and
    /// `.unknownFormat`.
    ///
    /// The meta pages are read before the size, so that a writer of another process, which grows
    /// the file first, does no harm.
    static func open(_ path: String) throws(StoreError) -> DataFile {
        let file = try FileSystem.OpenFile(path)
        let first = try Self.readMeta(file, at: 0)
        guard Self.pageSizes.contains(first.pageSize), first.pageSize.nonzeroBitCount == 1 else {
            throw StoreError(.notAStore("page size is \(first.pageSize)"))
        }
        let second = try Self.readMeta(file, at: Int(first.pageSize))
        guard second.pageSize == first.pageSize else {
            throw StoreError(.notAStore("page sizes are \(first.pageSize), \(second.pageSize)"))
        }
        let secondIsNewer = second.transaction > first.transaction
        let size = try file.size()
        return DataFile(
            file: file, current: secondIsNewer ? second : first,
            older: secondIsNewer ? first : second, currentPage: secondIsNewer ? 1 : 0,
            pageSize: Int(first.pageSize), pageCount: size / UInt64(first.pageSize), size: size)
    }

    private static func readMeta(
        _ file: borrowing FileSystem.OpenFile, at offset: Int
    ) throws(StoreError) -> MetaPage {
        let bytes = RawBytes(try file.read(at: offset, count: MetaPage.byteCount))
        guard let meta = MetaPage(bytes), meta.magic == MetaPage.magic,
            meta.pageFlags == MetaPage.pageFlag
        else { throw StoreError(.notAStore("no meta page at byte \(offset)")) }
        guard meta.version == MetaPage.version else {
            throw StoreError(.unknownFormat(of: "LMDB data file", found: UInt64(meta.version)))
        }
        return meta
    }

    /// The number of the transaction in force.
    static func lastTransaction(of path: String) throws(StoreError) -> UInt64 {
        try open(path).current.transaction
    }

    /// The bytes of a page, or its first `count`; nil where the file does not have it.
    func page(_ number: UInt64, count: Int? = nil) throws(StoreError) -> RawBytes? {
        guard number < pageCount else { return nil }
        let count = count ?? pageSize
        let bytes = try file.read(at: Int(number) * pageSize, count: count)
        return bytes.count == count ? RawBytes(bytes) : nil
    }

    /// Refuses a file that liblmdb can't open safely. For all that a foreign file can have wrong
    /// see ``PageCheck``.
    ///
    /// A page that was allocated at the end of the file and freed in the same transaction is never
    /// written, so that a sound file can be shorter than its last page number says. Such pages are
    /// in the free list; a page that is neither in the file nor in the free list was lost.
    package static func check(_ path: String) throws(StoreError) {
        let file = try open(path)
        let (pageCount, lastPage) = (file.pageCount, file.current.lastPage)
        guard lastPage >= pageCount else { return }
        let pages = min(lastPage, UInt64.max / UInt64(file.pageSize) - 1) + 1
        let truncated = StoreError(
            .truncated(size: file.size, needed: pages * UInt64(file.pageSize)))
        guard lastPage < UInt64.max else { throw truncated }
        var walk = PageWalk(file, nil)
        try walk.walkFreeList()
        guard walk.findings.isEmpty, walk.free.gaps(in: pageCount..<lastPage + 1).isEmpty else {
            throw truncated
        }
    }
}
