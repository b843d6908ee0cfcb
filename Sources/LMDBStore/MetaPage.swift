/// One of the two meta pages of an LMDB 0.9 data file on a 64-bit machine.
///
/// ```
///   0  page number u64       32  map size u64                      136  last page number u64
///  10  page flags u16        40  TreeRecord of the free list,      144  transaction u64
///  16  magic u32                 its first field the page size     152  end
///  20  version u32           88  TreeRecord of the main tree,
///  24  address u64               which names the tables
/// ```
///
/// They are pages 0 and 1. Transaction `n` writes page `n % 2`; the higher transaction is in force.
struct MetaPage {
    let number: UInt64
    let pageFlags: UInt16
    let magic: UInt32
    let version: UInt32
    let address: UInt64
    let mapSize: UInt64
    let freeList: TreeRecord
    let tables: TreeRecord
    let lastPage: UInt64
    let transaction: UInt64

    static let byteCount = 152
    static let magic: UInt32 = 0xBEEF_C0DE
    static let version: UInt32 = 1
    static let pageFlag: UInt16 = 8

    var pageSize: UInt32 { freeList.padding }

    /// Nil if there are not ``byteCount`` bytes; the fields can have any value.
    init?(_ bytes: RawBytes) {
        guard let number = bytes.load(UInt64.self, at: 0),
            let pageFlags = bytes.load(UInt16.self, at: 10),
            let magic = bytes.load(UInt32.self, at: 16),
            let version = bytes.load(UInt32.self, at: 20),
            let address = bytes.load(UInt64.self, at: 24),
            let mapSize = bytes.load(UInt64.self, at: 32),
            let freeList = bytes.part(40..<88).flatMap(TreeRecord.init),
            let tables = bytes.part(88..<136).flatMap(TreeRecord.init),
            let lastPage = bytes.load(UInt64.self, at: 136),
            let transaction = bytes.load(UInt64.self, at: 144)
        else { return nil }
        self.number = number
        self.pageFlags = pageFlags
        self.magic = magic
        self.version = version
        self.address = address
        self.mapSize = mapSize
        self.freeList = freeList
        self.tables = tables
        self.lastPage = lastPage
        self.transaction = transaction
    }
}

/// What LMDB records about a tree: in a meta page, or as the value of a table's name.
///
/// ```
///  0  padding u32       8  branch pages u64      32  entries u64
///  4  flags u16        16  leaf pages u64        40  root page u64; all bits set if empty
///  6  depth u16        24  overflow pages u64    48  end
/// ```
struct TreeRecord {
    let padding: UInt32
    let flags: UInt16
    let depth: UInt16
    let branchPages: UInt64
    let leafPages: UInt64
    let overflowPages: UInt64
    let entries: UInt64
    /// Nil of an empty tree.
    let root: UInt64?

    static let byteCount = 48

    init?(_ bytes: RawBytes) {
        guard bytes.count == Self.byteCount,
            let padding = bytes.load(UInt32.self, at: 0),
            let flags = bytes.load(UInt16.self, at: 4),
            let depth = bytes.load(UInt16.self, at: 6),
            let branchPages = bytes.load(UInt64.self, at: 8),
            let leafPages = bytes.load(UInt64.self, at: 16),
            let overflowPages = bytes.load(UInt64.self, at: 24),
            let entries = bytes.load(UInt64.self, at: 32),
            let root = bytes.load(UInt64.self, at: 40)
        else { return nil }
        self.padding = padding
        self.flags = flags
        self.depth = depth
        self.branchPages = branchPages
        self.leafPages = leafPages
        self.overflowPages = overflowPages
        self.entries = entries
        self.root = root == UInt64.max ? nil : root
    }
}
