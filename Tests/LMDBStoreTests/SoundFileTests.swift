import Foundation
import LMDBStore
import TestSupport
import Testing

/// Whatever liblmdb wrote has no findings, and the counts are those of what was written.
@Suite struct SoundFileTests {
    private let place = TemporaryPlace()

    private func check(_ comment: Comment? = nil) throws -> PageStatistics {
        let check = try PageCheck(at: place.store)
        #expect(check.findings == [], comment)
        #expect(check.findingCount == 0, comment)
        let statistics = check.statistics
        #expect(statistics.lost == 0)
        #expect(statistics.used + statistics.free == statistics.lastPage - 1)
        let pages = statistics.trees.map { $0.branchPages + $0.leafPages + $0.overflowPages }
        #expect(pages.reduce(0, +) == statistics.used)
        return statistics
    }

    private func tree(_ name: String) throws -> TreeStatistics {
        try #require(try check().trees.first { $0.tree == .table(name) })
    }

    @Test func aStoreWithoutTables() async throws {
        await (try Environment.create(at: place.store, options: .readWrite) { _ in }).close()
        let statistics = try check()
        #expect(statistics.trees.map(\.tree) == [.tables, .freeList])
        #expect(statistics.used == 0)
        #expect(statistics.pageSize == 4096)
    }

    @Test func anEmptyTableAndOneRow() async throws {
        let environment = try Environment.create(at: place.store, options: .readWrite) {
            (transaction) throws(StoreError) in
            _ = try transaction.createTable("empty")
            let table = try transaction.createTable("rows")
            try transaction.put([], for: [1], in: table)
        }
        await environment.close()
        let empty = try tree("empty")
        #expect(empty.depth == 0 && empty.leafPages == 0 && empty.entries == 0)
        let rows = try tree("rows")
        #expect(rows.depth == 1 && rows.leafPages == 1 && rows.entries == 1)
    }

    @Test func manyRowsWhichGoAgain() async throws {
        let environment = try place.create()
        let table = try environment.table("rows")
        let count: UInt32 = 20_000
        try await environment.write { (transaction) throws(StoreError) in
            for number in 1...count {
                let value = [UInt8](repeating: 7, count: Int(number % 90))
                try transaction.append(value, for: number.bytes, to: table)
            }
        }
        let full = try tree("rows")
        #expect(full.entries == UInt64(count) + 1)
        #expect(full.depth >= 3 && full.branchPages > 1)
        for step in [3, 2, 1] {
            try await environment.write { (transaction) throws(StoreError) in
                for number in stride(from: 1, through: count, by: step) {
                    try transaction.delete(number.bytes, in: table)
                }
            }
            _ = try check("after deleting every \(step)th")
        }
        #expect(try tree("rows").entries == 1)
        #expect(try check().free > 200)
        await environment.close()
    }

    @Test func valuesOfEveryLength() async throws {
        let environment = try place.create()
        let lengths =
            [0, 1, 2000, 2020, 2027, 2028, 2029, 2030, 4079, 4080, 4081]
            + [8176, 8177, 100_000, 3_000_000]
        for (index, length) in lengths.enumerated() {
            let value = [UInt8](repeating: 1, count: length)
            try await environment.put(value, for: [1, UInt8(index)])
            _ = try check("\(length) bytes")
        }
        let overflow = try tree("rows").overflowPages
        // A node takes at most 2038 bytes of a page: 8 of its header, 2 of the key.
        let pages = lengths.filter { $0 > 2028 }.map { ($0 + 16 + 4095) / 4096 }
        #expect(overflow == UInt64(pages.reduce(0, +)))
        await environment.close()
    }

    @Test func keysOfEveryLength() async throws {
        let environment = try place.create()
        let table = try environment.table("rows")
        try await environment.write { (transaction) throws(StoreError) in
            for length in 1...511 {
                let key = [UInt8](repeating: UInt8(length % 251), count: length)
                try transaction.put([1, 2, 3], for: key, in: table)
            }
        }
        #expect(try tree("rows").entries == 512)
        await environment.close()
    }

    /// A value that is replaced in the transaction which wrote it keeps its overflow pages, and
    /// pages that come and go in one transaction are never written.
    @Test func valuesThatShrinkOrVanishInTheirTransaction() async throws {
        let environment = try place.create()
        let table = try environment.table("rows")
        for number in UInt8(1)...30 {
            try await environment.write { (transaction) throws(StoreError) in
                let big = [UInt8](repeating: 1, count: 9000 * Int(number))
                try transaction.put(big, for: [0, number], in: table)
                try transaction.put([UInt8](big.prefix(5000)), for: [0, number], in: table)
                try transaction.put(big + big, for: [1], in: table)
                try transaction.delete([1], in: table)
            }
            _ = try check("transaction \(number)")
        }
        let statistics = try check()
        #expect(statistics.pagesInFile <= statistics.lastPage, "the file lacks nothing")
        #expect(try tree("rows").overflowPages > 2 * 30, "no run is longer than its value")
        await environment.close()
    }

    /// Random transactions over several tables, checked after each; the contents are those of a
    /// dictionary. A reader that stays open keeps the free list long.
    @Test(arguments: 1...4) func randomTransactions(_ seed: Int) async throws {
        var random = SplitMix64(state: UInt64(seed))
        let names = ["a", "b", "long name \(String(repeating: "x", count: 200))"]
        let environment = try Environment.create(at: place.store, options: .readWrite) {
            (transaction) throws(StoreError) in
            for name in names { _ = try transaction.createTable(name) }
        }
        let tables = try names.map(environment.table)
        var model: [[[UInt8]: Int]] = names.map { _ in [:] }
        for number in 0..<60 {
            let changes = (0..<Int.random(in: 1...200, using: &random)).map { _ in
                Change(&random, deletes: number % 20 > 12)
            }
            try await environment.write { (transaction) throws(StoreError) in
                for change in changes {
                    let table = tables[change.table]
                    guard let length = change.length else {
                        try transaction.delete(change.key, in: table)
                        continue
                    }
                    let value = [UInt8](repeating: 9, count: length)
                    try transaction.put(value, for: change.key, in: table)
                }
            }
            for change in changes { model[change.table][change.key] = change.length }
            let statistics = try check("seed \(seed), transaction \(number)")
            let counts = names.map { name in
                statistics.trees.first { $0.tree == .table(name) }?.entries
            }
            #expect(counts == model.map { UInt64($0.count) })
        }
        await environment.close()
    }

    /// A reader keeps freed pages from being used: the free list grows a list per transaction,
    /// long ones on overflow pages.
    @Test func aLongFreeList() async throws {
        let environment = try place.create()
        let table = try environment.table("rows")
        let reading = Signal()
        let written = Signal()
        let thread = Thread {
            try? environment.read { (transaction) throws(StoreError) in
                _ = try transaction.get([0], in: table)
                reading.send()
                written.wait()
            }
        }
        thread.start()
        reading.wait()
        for number in UInt8(0)..<40 {
            let big = [UInt8](repeating: number, count: 3 << 20)
            try await environment.put(big, for: [200])
            try await environment.put([number], for: [number])
        }
        let held = try check()
        #expect(held.free > 30 * 768)
        let freeList = try #require(held.trees.first { $0.tree == .freeList })
        #expect(freeList.overflowPages > 30 && freeList.entries > 60)
        written.send()
        for number in UInt8(0)..<40 {
            try await environment.put([number, number], for: [number])
            _ = try check()
        }
        try await environment.put([UInt8](repeating: 1, count: 3 << 20), for: [100])
        #expect(try check().free < held.free - 700, "the pages are used again")
        await environment.close()
    }

    /// Both kinds of copies are sound, and stay so when they are written to.
    @Test(arguments: [false, true]) func copies(compacting: Bool) async throws {
        let environment = try place.create()
        for round in UInt8(0)..<20 {
            for number in UInt8(1)...5 {
                let value = [UInt8](repeating: round, count: 1500 * Int(number))
                try await environment.put(value, for: [number, round % 7])
            }
            let copy = place.root + "/copy\(round)"
            try environment.copy(to: copy, compacting: compacting)
            let check = try PageCheck(at: copy)
            #expect(check.findings == [])
            #expect(check.statistics.free == 0 || !compacting)
            let writer = try Environment.open(at: copy, options: .readWrite)
            for number in UInt8(1)...5 { try await writer.put([], for: [number]) }
            await writer.close()
            #expect(try PageCheck(at: copy).findings == [])
        }
        await environment.close()
    }

    @Test func whatAKilledWriterLeavesBehind() async throws {
        await (try place.create()).close()
        let path = place.store
        for _ in 0..<5 {
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
                let writer = try Environment.open(at: path, options: .readWrite)
                let table = try writer.table("rows")
                for number in UInt8(1)...50 {
                    let value = [UInt8](repeating: number, count: 500 * Int(number))
                    try await writer.put(value, for: [number])
                }
                try await writer.write { (transaction) throws(StoreError) in
                    try transaction.delete([7], in: table)
                    try transaction.put([UInt8](repeating: 1, count: 1 << 20), for: [2], in: table)
                    kill(getpid(), SIGKILL)
                }
            }
            _ = try check()
        }
        let environment = try place.open()
        try await environment.put([1], for: [1])
        await environment.close()
        #expect(try tree("rows").entries == 51)
    }
}

/// One change of a random transaction.
private struct Change: Sendable {
    let table: Int
    let key: [UInt8]
    /// Of the value; nil deletes the row.
    let length: Int?

    init(_ random: inout SplitMix64, deletes: Bool) {
        table = Int.random(in: 0..<3, using: &random)
        let number = UInt32.random(in: 0..<3000, using: &random)
        let tail = Int.random(in: 0..<20, using: &random) == 0 ? 507 : Int(number % 40)
        key = number.bytes + [UInt8](repeating: 3, count: tail)
        let sizes = [0...50, 0...50, 0...300, 1900...2100, 4000...20_000]
        let size = sizes[Int.random(in: 0..<(table == 0 ? 3 : 5), using: &random)]
        let isDeletion = Int.random(in: 0..<10, using: &random) < (deletes ? 8 : 2)
        length = isDeletion ? nil : Int.random(in: size, using: &random)
    }
}

extension UInt32 {
    var bytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self >> (24 - 8 * $0)) } }
}
