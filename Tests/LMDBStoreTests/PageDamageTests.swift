import Foundation
import LMDBStore
import Testing

/// Each kind of damage gives its finding.
@Suite struct PageDamageTests {
    private let place = TemporaryPlace()

    /// A store with trees of one to three levels, overflow pages, and several free lists.
    private func makeFile() async throws -> FileImage {
        let environment = try place.create()
        let rows = try environment.table("rows")
        let deep = try await environment.write { (transaction) throws(StoreError) in
            _ = try transaction.createTable("empty")
            let table = try transaction.createTable("deep")
            for number in UInt8(0)..<200 {
                let key = [number] + [UInt8](repeating: number, count: 510)
                try transaction.put([number], for: key, in: table)
            }
            return table
        }
        try await environment.write { (transaction) throws(StoreError) in
            for number in UInt8(1)...100 {
                let value = [UInt8](repeating: number, count: number % 7 == 0 ? 9000 : 100)
                try transaction.put(value, for: [number], in: rows)
            }
        }
        for number in stride(from: UInt8(3), to: 100, by: 9) {
            try await environment.write { (transaction) throws(StoreError) in
                let key = [number] + [UInt8](repeating: number, count: 510)
                try transaction.delete(key, in: deep)
                try transaction.delete([number + 1], in: rows)
            }
        }
        await environment.close()
        #expect(try PageCheck(at: place.store).findings == [])
        return try FileImage(place.data)
    }

    private typealias Damage = @Sendable (inout FileImage) throws -> Void

    private static let damages: [(PageFinding.Code, Damage)] =
        metaDamages + treeDamages
        + pageDamages + nodeDamages + freeListDamages

    private static let metaDamages: [(PageFinding.Code, Damage)] = [
        (.metaNumber, { $0.set64($0.current, 7) }),
        (.metaNumber, { $0.set64($0.older, 7) }),
        (.metaFlags, { $0.set16($0.older + 44, 9) }),
        (.metaAddress, { $0.set64($0.current + 24, 1 << 40) }),
        (.metaMapSize, { $0.set64($0.current + 32, 8192) }),
        (.metaLastPage, { $0.set64($0.older + 136, $0.lastPage + 1) }),
        (.metaLastPage, { $0.set64($0.current + 136, 1) }),
        (.metaTransaction, { $0.set64($0.current + 144, $0.u64($0.current + 144) + 1) }),
        (.metaTransaction, { $0.set64($0.current + 144, $0.u64($0.current + 144) + 2) }),
        (.metaTransaction, { $0.set64($0.older + 144, 1 << 62) }),
    ]

    private static let treeDamages: [(PageFinding.Code, Damage)] = [
        (.treeFlags, { $0.set16(try $0.table("rows") + 4, 4) }),
        (.treeFlags, { $0.set16($0.freeList + 4, 0) }),
        (.treePadding, { $0.set32(try $0.table("rows"), 1) }),
        (.treeDepth, { $0.set16(try $0.table("deep") + 6, 4) }),
        (.treeDepth, { $0.set16(try $0.table("empty") + 6, 1) }),
        (.treeBranchPages, { $0.set64(try $0.table("deep") + 8, 0) }),
        (.treeLeafPages, { $0.set64($0.freeList + 16, 1 << 50) }),
        (.treeOverflowPages, { $0.set64(try $0.table("rows") + 24, 0) }),
        (.treeEntries, { $0.set64(try $0.table("rows") + 32, 1) }),
        (.treeEntries, { $0.set64(try $0.table("deep") + 40, -1) }),
    ]

    private static let pageDamages: [(PageFinding.Code, Damage)] = [
        (.pageOutOfRange, { $0.set64(try $0.table("rows") + 40, $0.lastPage + 1) }),
        (.pageOutOfRange, { $0.set64(try $0.table("rows") + 40, 1) }),
        (.pageMissing, { $0.bytes.removeLast(($0.bytes.count / 4096 - 40) * 4096) }),
        (
            .pageUsedTwice,
            { image in
                let nodes = image.nodes(image.root(try image.table("deep")))
                image.setChild(nodes[1], image.child(nodes[0]))
            }
        ),
        (
            .pageUsedTwice,
            { image in
                image.set64(try image.table("empty") + 40, image.u64(try image.table("rows") + 40))
            }
        ),
        (.pageNumber, { $0.set64($0.root(try $0.table("rows")), 3) }),
        (.pageNumber, { $0.set64($0.root($0.freeList), 3) }),
        (.pageFlags, { $0.set16($0.root(try $0.table("rows")) + 10, 0x11) }),
        (.pageFlags, { $0.set16($0.root($0.freeList) + 10, 0x22) }),
        (.pageFlags, { $0.set16(try overflowPage($0) + 10, 2) }),
        (.pageBounds, { $0.set16($0.root(try $0.table("rows")) + 12, 15) }),
        (.pageBounds, { $0.set16($0.root(try $0.table("rows")) + 14, 4098) }),
        (
            .pageNodes,
            { image in
                let leaf = try leaf(image)
                image.set16(leaf + 12, 16)
                image.set16(leaf + 14, 4096)
            }
        ),
        (
            .pageDepth,
            { image in
                let nodes = image.nodes(image.root(try image.table("deep")))
                image.setChild(nodes[1], image.child(image.nodes(image.child(nodes[1]))[0]))
            }
        ),
        (.overflowLength, { $0.set32(try overflowPage($0) + 12, 2) }),
    ]

    private static let nodeDamages: [(PageFinding.Code, Damage)] = [
        (.nodeOffset, { $0.set16(try leaf($0) + 16, $0.u16(try leaf($0) + 16) + 2) }),
        (.nodeOffset, { $0.set16(try leaf($0) + 16, $0.u16(try leaf($0) + 18)) }),
        (.nodeOffset, { $0.set16(try leaf($0) + 16, 4094) }),
        (.nodeOffset, { $0.set32($0.nodes(try leaf($0))[0], 300) }),
        (.nodeFlags, { $0.set16($0.nodes(try leaf($0))[0] + 4, 4) }),
        (.nodeFlags, { $0.set16($0.nodes(try leaf($0))[0] + 4, 2) }),
        (.nodeFlags, { $0.set16($0.nodes($0.root($0.current + 88))[0] + 4, 0) }),
        (.keyLength, { $0.set16($0.nodes(try leaf($0))[0] + 6, 512) }),
        (
            .keyLength,
            { image in
                let node = image.nodes(try leaf(image))[0]
                image.set32(node, image.u16(node) + image.u16(node + 6))
                image.set16(node + 6, 0)
            }
        ),
        (
            .keyLength,
            { image in
                let node = image.nodes(image.root(image.freeList))[0]
                image.set32(node, image.u16(node) + 2)
                image.set16(node + 6, 6)
            }
        ),
        (.valueLength, { $0.set32($0.nodes(try leaf($0))[0], 3000) }),
        (
            .valueLength,
            { image in
                let node = image.nodes(image.root(image.current + 88))[0]
                image.set32(node, 50)
                image.set16(node + 6, image.u16(node + 6) - 2)
            }
        ),
        (.keyOrder, { $0.swap16(try leaf($0) + 16, try leaf($0) + 18) }),
        (
            .keyOrder,
            { image in
                let branch = image.root(try image.table("deep"))
                image.swap16(branch + 18, branch + 20)
            }
        ),
        (
            .keyBounds,
            { image in
                let last = try #require(image.nodes(try leaf(image)).last)
                image.bytes[image.key(last).lowerBound] = 0xff
            }
        ),
        (
            .keyBounds,
            { image in
                let nodes = image.nodes(image.root(try image.table("deep")))
                image.bytes[image.key(nodes[1]).lowerBound] += 1
            }
        ),
    ]

    private static let freeListDamages: [(PageFinding.Code, Damage)] = [
        (
            .freeTransaction,
            { image in
                let last = try #require(image.nodes(image.root(image.freeList)).last)
                image.set64(image.key(last).lowerBound, 1 << 40)
            }
        ),
        (
            .freeTransaction,
            { image in
                image.set64(image.key(image.nodes(image.root(image.freeList))[0]).lowerBound, 0)
            }
        ),
        (.freeCount, { $0.set64($0.lists[0], 1000) }),
        (.freeCount, { $0.set64($0.lists[0], -1) }),
        (
            .freeOrder,
            { image in
                let list = try #require(image.lists.first { image.u64($0) > 1 })
                image.set64(image.entries(list)[1], image.u64(image.entries(list)[0]))
            }
        ),
        (
            .freeOutOfRange,
            { image in
                let list = try #require(image.lists.first { image.u64($0) > 0 })
                image.set64(image.entries(list)[0], image.lastPage + 1)
            }
        ),
        (
            .freeOutOfRange,
            { image in
                let list = try #require(image.lists.first { image.u64($0) > 0 })
                image.set64(try #require(image.entries(list).last), 1)
            }
        ),
        (.freeTwice, { try $0.replaceEntry(by: []) }),
        (
            .pageUsedAndFree,
            { image in
                let leaves = image.nodes(image.root(try image.table("rows"))).map(image.child)
                try image.replaceEntry(by: leaves.map { $0 / 4096 })
            }
        ),
        (
            .pageLost,
            { image in
                let list = try #require(image.lists.first { image.u64($0) > 0 })
                image.set64(list, image.u64(list) - 1)
            }
        ),
        (.pageLost, { $0.set64($0.current + 136, $0.lastPage + 5) }),
    ]

    private static func leaf(_ image: FileImage) throws -> Int {
        image.child(image.nodes(image.root(try image.table("rows")))[0])
    }

    /// The first overflow page of the first long value.
    private static func overflowPage(_ image: FileImage) throws -> Int {
        let node = try #require(image.nodes(try leaf(image)).first { image.u16($0 + 4) == 1 })
        return image.u64(image.key(node).upperBound) * 4096
    }

    @Test func eachKindOfDamageIsFound() async throws {
        let sound = try await makeFile()
        for (index, (code, damage)) in Self.damages.enumerated() {
            var image = sound
            try damage(&image)
            try image.write()
            let check = try PageCheck(at: place.store)
            let codes = check.findings.map(\.code)
            #expect(codes.contains(code), "damage \(index): \(code), found \(check.findings)")
            #expect(check.findingCount >= codes.count)
        }
        let tested = Set(Self.damages.map(\.0))
        #expect(tested == Set(PageFinding.Code.allCases))
    }

    @Test func aFindingSaysWhere() async throws {
        let sound = try await makeFile()
        var image = sound
        let leaf = try Self.leaf(image)
        image.set64(leaf, 3)
        try image.write()
        let found = try #require(try PageCheck(at: place.store).findings.first)
        #expect(found.code == .pageNumber && found.page == UInt64(leaf / 4096))
        #expect(found.tree == .table("rows") && found.key == nil)
        #expect(found.found == 3 && found.expected == found.page)
        // What a lost part of the tree brings about is not reported.
        #expect(try PageCheck(at: place.store).findingCount == 1)

        image = sound
        let node = image.nodes(image.root(try image.table("deep")))[1]
        let below = image.child(node)
        image.set16(below + 10, 2)
        try image.write()
        let second = try #require(try PageCheck(at: place.store).findings.first)
        #expect(second.tree == .table("deep") && second.page == UInt64(below / 4096))
        #expect(second.key == Array(image.bytes[image.key(node)]))
        #expect("\(second)".hasPrefix("page \(below / 4096): "))
    }

    @Test func thePagesOfARowAreKnown() async throws {
        let image = try await makeFile()
        let page = UInt64(try Self.overflowPage(image) / 4096)
        for page in page..<page + 3 {
            let owner = try #require(try PageCheck.owner(of: page, at: place.store))
            #expect(owner.tree == .table("rows") && owner.key == [7])
        }
        let deep = UInt64(image.root(try image.table("deep")) / 4096)
        let owner = try #require(try PageCheck.owner(of: deep, at: place.store))
        #expect(owner.tree == .table("deep") && owner.key.count > 0)
        let free = UInt64(image.u64(image.entries(try #require(image.lists.last))[0]))
        #expect(try PageCheck.owner(of: free, at: place.store) == nil)
        #expect(try PageCheck.owner(of: 1, at: place.store) == nil)
    }

    @Test func findingsAreCapped() async throws {
        var image = try await makeFile()
        for page in 2..<image.bytes.count / 4096 where image.u16(page * 4096 + 10) == 2 {
            for node in image.nodes(page * 4096) where image.u16(node + 6) == 511 {
                image.bytes[node + 8] = 0
            }
        }
        try image.write()
        let check = try PageCheck(at: place.store)
        #expect(check.findings.count == PageCheck.mostFindings)
        #expect(check.findingCount > check.findings.count)
    }

    /// Wherever a tree leads back into itself, the walk ends.
    @Test func aTreeThatIsACircleIsLeft() async throws {
        let sound = try await makeFile()
        let root = sound.root(try sound.table("deep"))
        for node in sound.nodes(root) {
            for target in [root, sound.child(node), sound.root(sound.freeList)] {
                var image = sound
                let below = image.child(node)
                image.setChild(image.nodes(below)[0], target)
                try image.write()
                #expect(try PageCheck(at: place.store).findingCount > 0)
            }
        }
    }

    /// Numbers that a hostile file claims are not believed: neither time nor memory follow them.
    @Test func hugeNumbersCostNothing() async throws {
        let sound = try await makeFile()
        for value in [Int.max, -1, -2, 1 << 52, 1 << 32] {
            for offset in [32, 40 + 40, 88 + 32, 88 + 40, 136, 144] {
                var image = sound
                image.set64(image.current + offset, value)
                try image.write()
                _ = try PageCheck(at: place.store)
            }
            var image = sound
            image.set32(try Self.overflowPage(image) + 12, value)
            try image.write()
            #expect(try PageCheck(at: place.store).findingCount > 0)
            image.set64(image.current + 136, -2)
            image.set64(image.lists[0] + 8, value)
            try image.write()
            #expect(try PageCheck(at: place.store).findingCount > 0)
        }
    }

    @Test func whatIsNoDataFileIsThrown() async throws {
        #expect(await reason { _ = try PageCheck(at: place.store) } == .notFound(path: place.data))
        let sound = try await makeFile()
        for (offset, value) in [(16, 0), (40, 8192), (10, 0)] {
            for meta in [sound.current, sound.older] {
                var image = sound
                image.set16(meta + offset, value)
                try image.write()
                let found = await reason { _ = try PageCheck(at: place.store) }
                guard case .notAStore = found else {
                    Issue.record("\(offset) in \(meta): \(String(describing: found))")
                    continue
                }
            }
        }
        var image = sound
        image.set32(20, 2)
        try image.write()
        let found = await reason { _ = try PageCheck(at: place.store) }
        #expect(found == .unknownFormat(of: "LMDB data file", found: 2))
    }
}
