import Foundation
import LMDBStore
import Testing

/// The bytes of a data file, for tests that change them at places they know.
struct FileImage {
    var bytes: [UInt8]
    let path: String

    static let pageSize = 4096

    init(_ path: String) throws {
        self.path = path
        bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    func write() throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    func u16(_ offset: Int) -> Int { number(offset, 2) }
    func u64(_ offset: Int) -> Int { number(offset, 8) }

    private func number(_ offset: Int, _ size: Int) -> Int {
        bytes[offset..<offset + size].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func set16(_ offset: Int, _ value: Int) { set(offset, 2, value) }
    mutating func set32(_ offset: Int, _ value: Int) { set(offset, 4, value) }
    mutating func set64(_ offset: Int, _ value: Int) { set(offset, 8, value) }

    private mutating func set(_ offset: Int, _ size: Int, _ value: Int) {
        for index in 0..<size {
            bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
        }
    }

    mutating func swap16(_ first: Int, _ second: Int) {
        let (one, other) = (u16(first), u16(second))
        set16(first, other)
        set16(second, one)
    }

    // MARK: Places

    /// Where the meta pages begin.
    var current: Int { u64(Self.pageSize + 144) > u64(144) ? Self.pageSize : 0 }
    var older: Int { Self.pageSize - current }
    var lastPage: Int { u64(current + 136) }

    /// Where the record of a tree begins.
    var freeList: Int { current + 40 }
    func table(_ name: String) throws -> Int {
        let page = u64(current + 88 + 40) * Self.pageSize
        let record = nodes(page).first { Array(bytes[key($0)]) == Array(name.utf8) }
        return key(try #require(record)).upperBound
    }

    /// Where the root page of the tree begins whose record this is.
    func root(_ record: Int) -> Int { u64(record + 40) * Self.pageSize }

    /// Where the nodes of a page begin, in the order of their keys.
    func nodes(_ page: Int) -> [Int] {
        stride(from: page + 16, to: page + u16(page + 12), by: 2).map { page + u16($0) }
    }

    func key(_ node: Int) -> Range<Int> { node + 8..<node + 8 + u16(node + 6) }

    /// Where the page begins that a node of a branch refers to.
    func child(_ node: Int) -> Int {
        (u16(node) | u16(node + 2) << 16 | u16(node + 4) << 32) * Self.pageSize
    }

    mutating func setChild(_ node: Int, _ page: Int) {
        set32(node, page / Self.pageSize)
        set16(node + 4, (page / Self.pageSize) >> 32)
    }

    /// Where the lists of free pages begin, each with its count, if the free list is one leaf.
    var lists: [Int] {
        nodes(root(freeList)).map { node in
            let value = key(node).upperBound
            return u16(node + 4) == 1 ? u64(value) * Self.pageSize + 16 : value
        }
    }

    /// Where the page numbers of a list stand.
    func entries(_ list: Int) -> [Int] { (0..<u64(list)).map { list + 8 + 8 * $0 } }

    /// Writes the page over an entry of a free list where it is in order.
    mutating func replaceEntry(by pages: [Int]) throws {
        for list in lists {
            let entries = entries(list)
            let others = lists.filter { $0 != list }.flatMap(self.entries).map(u64)
            for (index, entry) in entries.enumerated() {
                let above = index == 0 ? lastPage + 1 : u64(entries[index - 1])
                let below = index + 1 == entries.count ? 1 : u64(entries[index + 1])
                let fits = (pages.isEmpty ? others : pages).first {
                    below < $0 && $0 < above && $0 != u64(entry)
                }
                if let fits { return set64(entry, fits) }
            }
        }
        throw StoreError(.failed)
    }
}
