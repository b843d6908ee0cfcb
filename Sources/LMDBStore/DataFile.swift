/// A look at the data file before liblmdb maps it.
///
/// liblmdb trusts its meta pages: a file shorter than they say is opened without complaint and
/// kills the process with SIGBUS at the first read behind its end. Layout of a meta page of LMDB
/// 0.9 on a 64-bit machine, in machine byte order:
///
/// ```
///   0  page header [16]      40  page size u32           136  last page number u64
///  16  magic u32             44  root pages of tables,   144  transaction u64
///  20  version u32               of the free list: 80    152  end
///  24  address, map size
/// ```
///
/// There are two, in pages 0 and 1; the one of the higher transaction is in force.
package struct DataFile {
    private struct Meta {
        let version: UInt32
        let pageSize: UInt32
        let freeListRoot: UInt64
        let lastPage: UInt64
        let transaction: UInt64

        static let byteCount = 152
        static let magic: UInt32 = 0xBEEF_C0DE

        init?(_ bytes: [UInt8]) {
            guard bytes.count == Self.byteCount else { return nil }
            let fields = bytes.span.bytes
            let magic = fields.unsafeLoadUnaligned(fromByteOffset: 16, as: UInt32.self)
            guard magic == Self.magic else { return nil }
            version = fields.unsafeLoadUnaligned(fromByteOffset: 20, as: UInt32.self)
            pageSize = fields.unsafeLoadUnaligned(fromByteOffset: 40, as: UInt32.self)
            freeListRoot = fields.unsafeLoadUnaligned(fromByteOffset: 80, as: UInt64.self)
            lastPage = fields.unsafeLoadUnaligned(fromByteOffset: 136, as: UInt64.self)
            transaction = fields.unsafeLoadUnaligned(fromByteOffset: 144, as: UInt64.self)
        }
    }

    /// Refuses a file that liblmdb can't open safely.
    ///
    /// The meta pages are read before the size, so that a writer of another process, which grows
    /// the file first, does no harm.
    package static func check(_ path: String) throws(StoreError) {
        let first = try readMeta(path, at: 0)
        guard (512...65536).contains(first.pageSize), first.pageSize.nonzeroBitCount == 1 else {
            throw StoreError(.notAStore("page size is \(first.pageSize)"))
        }
        let pageSize = Int(first.pageSize)
        let second = try readMeta(path, at: pageSize)
        let current = second.transaction > first.transaction ? second : first
        let size = try FileSystem.status(path).size
        let pageCount = size / UInt64(pageSize)
        guard current.lastPage >= pageCount else { return }
        guard try lacksOnlyFreePages(path, current, pageCount) else {
            let pages = min(current.lastPage, UInt64.max / UInt64(pageSize) - 1) + 1
            throw StoreError(.truncated(size: size, needed: pages * UInt64(pageSize)))
        }
    }

    /// Whether every page behind the end of the file is in the free list.
    private static func lacksOnlyFreePages(
        _ path: String, _ meta: Meta, _ pageCount: UInt64
    ) throws(StoreError) -> Bool {
        do {
            let freeList = try FreeList(
                path, root: meta.freeListRoot, pageSize: Int(meta.pageSize), pageCount: pageCount)
            let missing = meta.lastPage - pageCount &+ 1
            return UInt64(freeList.behindEnd.count) == missing
                && freeList.behindEnd.allSatisfy { $0 <= meta.lastPage }
        } catch {
            // The free list itself is behind the end.
            if error.reason == .corrupted { return false }
            throw error
        }
    }

    private static func readMeta(_ path: String, at offset: Int) throws(StoreError) -> Meta {
        let bytes = try FileSystem.read(path, at: offset, count: Meta.byteCount)
        guard let meta = Meta(bytes) else {
            throw StoreError(.notAStore("no meta page at byte \(offset)"))
        }
        guard meta.version == 1 else {
            throw StoreError(.unknownFormat(of: "LMDB data file", found: UInt64(meta.version)))
        }
        return meta
    }
}
