import Foundation
import LMDBStore
import Testing

/// What passes the page check can be read with liblmdb, whatever became of the file.
@Suite struct PageMutantTests {
    private let place = TemporaryPlace()

    /// A small store with every kind of page.
    private func makeStore() async throws {
        let environment = try place.create()
        let rows = try environment.table("rows")
        let (deep, long) = try await environment.write { (transaction) throws(StoreError) in
            _ = try transaction.createTable("empty")
            let deep = try transaction.createTable("deep")
            for number in UInt8(0)..<150 {
                let key = [number] + [UInt8](repeating: number, count: 400)
                try transaction.put([number], for: key, in: deep)
            }
            return (deep, try transaction.createTable("long"))
        }
        try await environment.write { (transaction) throws(StoreError) in
            for number in UInt8(1)...200 {
                let value = [UInt8](repeating: number, count: Int(number))
                try transaction.put(value, for: [number], in: rows)
            }
            for number in UInt8(1)...6 {
                let value = [UInt8](repeating: number, count: 3000 * Int(number))
                try transaction.put(value, for: [number], in: long)
            }
            try transaction.put([UInt8](repeating: 0, count: 1_200_000), for: [9], in: long)
        }
        // The freed pages fill a list of more than a page.
        try await environment.write { (transaction) throws(StoreError) in
            _ = try transaction.delete([9], in: long)
        }
        for number in stride(from: UInt8(3), to: 100, by: 9) {
            try await environment.write { (transaction) throws(StoreError) in
                let key = [number] + [UInt8](repeating: number, count: 400)
                _ = try transaction.delete(key, in: deep)
            }
        }
        await environment.close()
    }

    /// What may come of a mutant of each kind.
    private let allowed: [PageMutants.Kind: Set<PageMutants.Outcome>] = [
        .structure: [.found],
        .severalBits: [.found],
        // Where the padding, or the end of an overflow page, hides the change.
        .length: [.found, .different, .same],
        // A table of another name is missing; between two keys there may be room.
        .key: [.found, .different, .same, .refused],
        // Of a value nothing is known.
        .value: [.different],
        // An older transaction may have freed the pages.
        .freeList: [.found, .same],
        // Some of it is free, or a value.
        .garbage: [.found, .different, .same, .refused],
        .zeroedPage: [.found, .different, .same],
        .copiedPage: [.found, .different, .same],
        .swappedPages: [.found, .different, .same],
        .truncated: [.found, .same],
    ]

    @Test func noMutantCrashesTheCheckOrIsReadToACrash() async throws {
        try await makeStore()
        let path = place.store
        await #expect(processExitsWith: .success) { [path = path as String] in
            var mutants = try await PageMutants(path, seed: 5)
            try await mutants.run(300)
        }
        guard let written = FileManager.default.contents(atPath: path + "/report") else {
            let mutant = FileManager.default.contents(atPath: path + "/mutant") ?? Data()
            Issue.record("ended by \(String(decoding: mutant, as: UTF8.self))")
            return
        }
        let mutants = try JSONDecoder().decode([PageMutants.Mutant].self, from: written)
        #expect(mutants.count == 300 * PageMutants.Kind.allCases.count)
        for mutant in mutants {
            let isAllowed = allowed[mutant.kind]?.contains(mutant.outcome) ?? false
            #expect(isAllowed, "\(mutant.what): \(mutant.outcome)")
        }
        let found = Set(mutants.filter { $0.outcome == .found }.map(\.kind))
        #expect(found == Set(PageMutants.Kind.allCases).subtracting([.value]))
    }
}
