/// A branch or leaf page whose nodes lie inside it, one behind the other.
///
/// ```
/// page:  0 number u64   10 flags u16   12 lower u16   14 upper u16   16 offsets, u16 each
///        lower: end of the offsets;  upper: where the nodes begin, which go to the end
/// node:  0 low u16   2 high u16   4 flags u16   6 key length u16   8 key   then the value
///        in a branch:  low, high, flags = child page; no value; the key of the first is ignored
///        in a leaf:    low, high = value length; if flag 1 is set, the value is the number of the
///                      first of a run of overflow pages; if flag 2 is set, a TreeRecord
/// ```
///
/// Each node takes an even number of bytes.
struct TreePage {
    struct Node {
        /// Where the node begins in the page.
        let offset: Int
        let key: Range<Int>
        let flags: UInt16
        /// Of a branch.
        let child: UInt64
        /// Of a leaf: the length of the value, wherever it is.
        let valueLength: Int
        /// Of a leaf: what stands in the page.
        let value: Range<Int>
        var isOverflow: Bool { flags == TreePage.overflowFlag }
        var isTable: Bool { flags == TreePage.tableFlag }
    }

    let bytes: RawBytes
    let isBranch: Bool
    let nodes: [Node]

    static let headerSize = 16
    static let branchFlags: UInt16 = 1
    static let leafFlags: UInt16 = 2
    static let overflowPageFlags: UInt16 = 4
    static let nodeHeaderSize = 8
    static let overflowFlag: UInt16 = 1
    static let tableFlag: UInt16 = 2
    static let longestKey = 511

    /// `bytes` is the whole page.
    init(_ bytes: RawBytes, number: UInt64) throws(PageDamage) {
        self.bytes = bytes
        let flags = try Self.checkNumber(bytes, number)
        guard flags == Self.branchFlags || flags == Self.leafFlags else {
            throw PageDamage(.pageFlags, found: UInt64(flags))
        }
        isBranch = flags == Self.branchFlags
        let lower = Int(bytes.load(UInt16.self, at: 12) ?? 0)
        let upper = Int(bytes.load(UInt16.self, at: 14) ?? 0)
        guard lower >= Self.headerSize, lower % 2 == 0, upper % 2 == 0, lower <= upper,
            upper <= bytes.count
        else { throw PageDamage(.pageBounds, found: UInt64(lower), expected: UInt64(upper)) }
        var nodes: [Node] = []
        for offset in stride(from: Self.headerSize, to: lower, by: 2) {
            let node = Int(bytes.load(UInt16.self, at: offset) ?? 0)
            guard node >= upper, node % 2 == 0, node <= bytes.count - Self.nodeHeaderSize else {
                throw PageDamage(.nodeOffset, found: UInt64(node))
            }
            nodes.append(try Self.node(bytes, node, isBranch: isBranch))
        }
        self.nodes = nodes
        try checkTiling(from: upper)
    }

    /// The flags of a page with the right number in its header.
    static func checkNumber(_ bytes: RawBytes, _ number: UInt64) throws(PageDamage) -> UInt16 {
        let found = bytes.load(UInt64.self, at: 0)
        guard found == number, let flags = bytes.load(UInt16.self, at: 10) else {
            throw PageDamage(.pageNumber, found: found, expected: number)
        }
        return flags
    }

    private static func node(
        _ bytes: RawBytes, _ offset: Int, isBranch: Bool
    ) throws(PageDamage) -> Node {
        let low = bytes.load(UInt32.self, at: offset) ?? 0
        let flags = bytes.load(UInt16.self, at: offset + 4) ?? 0
        let keyLength = Int(bytes.load(UInt16.self, at: offset + 6) ?? 0)
        let keyStart = offset + nodeHeaderSize
        guard keyLength <= longestKey else {
            throw PageDamage(.keyLength, found: UInt64(keyLength))
        }
        let key = keyStart..<keyStart + keyLength
        if isBranch {
            return Node(
                offset: offset, key: key, flags: 0, child: UInt64(low) | UInt64(flags) << 32,
                valueLength: 0, value: key.upperBound..<key.upperBound)
        }
        guard [0, overflowFlag, tableFlag].contains(flags) else {
            throw PageDamage(.nodeFlags, found: UInt64(flags))
        }
        let inPage = flags == overflowFlag ? MemoryLayout<UInt64>.size : Int(low)
        let most = bytes.count - headerSize
        guard inPage <= (most / 2 & ~1) - 2 - nodeHeaderSize - keyLength else {
            throw PageDamage(.valueLength, found: UInt64(inPage))
        }
        return Node(
            offset: offset, key: key, flags: flags, child: 0, valueLength: Int(low),
            value: key.upperBound..<key.upperBound + inPage)
    }

    /// LMDB moves nodes together whenever one goes or grows: no byte between them is unused.
    private func checkTiling(from upper: Int) throws(PageDamage) {
        var next = upper
        for node in nodes.sorted(by: { $0.offset < $1.offset }) {
            guard node.offset == next else {
                throw PageDamage(
                    .nodeOffset, found: UInt64(node.offset), expected: UInt64(next))
            }
            next = (node.value.upperBound + 1) & ~1
        }
        guard next == bytes.count else {
            throw PageDamage(.nodeOffset, found: UInt64(next), expected: UInt64(bytes.count))
        }
    }

    func key(_ node: Node) -> ArraySlice<UInt8> {
        bytes.slice(node.key) ?? []
    }
}
