import Foundation
import LMDBStore
import Testing

@Suite struct DamagedFileTests {
    private let place = TemporaryPlace()

    /// A store of some hundred pages, closed; returns its file.
    private func makeFile() async throws -> Data {
        let environment = try place.create()
        for key in UInt8(1)...100 {
            let value = [UInt8](repeating: key, count: 5000)
            try await environment.put(value, for: [key])
        }
        await environment.close()
        return try Data(contentsOf: URL(fileURLWithPath: place.data))
    }

    private func replaceFile(_ content: Data) throws {
        try content.write(to: URL(fileURLWithPath: place.data))
    }

    private var openingFails: StoreError.Reason? {
        get async {
            await reason {
                let environment = try place.open(.readOnly)
                let found = await reason { _ = try environment.keys() }
                await environment.close()
                if let found { throw StoreError(found) }
            }
        }
    }

    @Test func aTruncatedFileIsRefusedBeforeItIsMapped() async throws {
        let file = try await makeFile()
        #expect(file.count > 100 * 4096)
        for pages in stride(from: file.count / 4096 - 1, through: 2, by: -7) {
            let size = pages * 4096
            try replaceFile(file.prefix(size))
            let needed = StoreError.Reason.truncated(
                size: UInt64(size), needed: UInt64(file.count))
            #expect(await openingFails == needed)
        }
        try replaceFile(file.prefix(file.count - 1))
        #expect(await openingFails != nil)
    }

    @Test func aFileWithoutTwoMetaPagesIsNoStore() async throws {
        let file = try await makeFile()
        for size in [0, 1, 151, 152, 4096, 4096 + 151] {
            try replaceFile(file.prefix(size))
            guard case .notAStore = await openingFails else {
                Issue.record("\(size) bytes were accepted")
                continue
            }
        }
    }

    @Test func randomFilesAreNoStores() async throws {
        await (try place.create()).close()
        var generator = SystemRandomNumberGenerator()
        for size in [100, 8192, 100_000] {
            let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
            try replaceFile(Data(bytes))
            guard case .notAStore = await openingFails else {
                Issue.record("\(size) random bytes were accepted")
                continue
            }
        }
    }

    @Test func anotherVersionOfTheFileIsNotGuessedAt() async throws {
        var file = try await makeFile()
        file[20] = 2
        try replaceFile(file)
        #expect(await openingFails == .unknownFormat(of: "LMDB data file", found: 2))
    }

    @Test func anImpossiblePageSizeIsRefused() async throws {
        var file = try await makeFile()
        for size: [UInt8] in [[0, 0, 0, 0], [1, 16, 0, 0], [0, 0, 0, 255]] {
            file.replaceSubrange(40..<44, with: size)
            try replaceFile(file)
            guard case .notAStore = await openingFails else {
                Issue.record("page size \(size) was accepted")
                continue
            }
        }
    }

    @Test func anImpossibleLastPageIsRefused() async throws {
        var file = try await makeFile()
        for offset in [136, 4096 + 136] {
            file.replaceSubrange(offset..<offset + 8, with: [UInt8](repeating: 0xff, count: 8))
        }
        try replaceFile(file)
        guard case .truncated = await openingFails else {
            Issue.record("accepted")
            return
        }
    }

    /// liblmdb never writes pages that are allocated and freed in one transaction.
    @Test func aSoundFileMayLackFreePagesAtItsEnd() async throws {
        let environment = try place.create()
        let table = try environment.table("rows")
        for number in UInt8(1)...20 {
            try await environment.write { (transaction) throws(StoreError) in
                let size = 5000 * Int(number)
                try transaction.put([UInt8](repeating: 1, count: size), for: [0, 0], in: table)
                try transaction.delete([0, 0], in: table)
                try transaction.put([number], for: [number], in: table)
            }
        }
        await environment.close()
        let file = try Data(contentsOf: URL(fileURLWithPath: place.data))
        let metaPages = [0, 4096].map { file[$0 + 136..<$0 + 152] }
        let lastPages = metaPages.map { $0.prefix(2).reversed().reduce(0) { $0 << 8 | Int($1) } }
        try #require(file.count < (lastPages.max()! + 1) * 4096, "the file lacks nothing")
        #expect(await openingFails == nil)
        // However much is cut off: what is opened can be read to its end, the rest is refused.
        var refused = 0
        for pages in stride(from: file.count / 4096, through: 2, by: -1) {
            try replaceFile(file.prefix(pages * 4096))
            refused += await openingFails == nil ? 0 : 1
        }
        #expect(refused > 0)
    }

    /// Whatever one byte becomes, looking at the file ends, with an error or without.
    @Test func aDamagedFreeListIsNoCrash() async throws {
        let file = try await makeFile()
        let short = file.prefix(file.count - 4096)
        let leaf = try #require(freeListLeaf(file))
        let places = [0..<160, 4096..<4256, leaf..<leaf + 128, leaf + 3900..<leaf + 4096].joined()
        var refused = 0
        for offset in places {
            var damaged = short
            damaged[offset] ^= 0x41
            try replaceFile(damaged)
            refused += await reason { try DataFile.check(place.data) } == nil ? 0 : 1
        }
        // A smaller last page or an older transaction can't be told from the truth.
        #expect(refused > 500)
    }

    /// Where the root of the free list is, by the newer meta page.
    private func freeListLeaf(_ file: Data) -> Int? {
        let metas = [0, 4096].map { offset in
            [144, 80].map { field in
                file[offset + field..<offset + field + 3].reversed().reduce(0) {
                    $0 << 8 | Int($1)
                }
            }
        }
        return metas.max { $0[0] < $1[0] }.map { $0[1] * 4096 }
    }
}
