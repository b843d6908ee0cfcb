import Foundation
import LMDBStore
import Testing

@Suite struct CopyTests {
    private let place = TemporaryPlace()

    private var copy: String { place.root + "/copy" }

    /// Rows of 2000 bytes, which fill pages.
    private func fill(_ environment: Environment, _ count: Int) async throws {
        for number in 1...count {
            try await environment.put(
                [UInt8](repeating: UInt8(number % 256), count: 2000),
                for: [UInt8(number / 256), UInt8(number % 256)])
        }
    }

    @Test(arguments: [false, true])
    func aCopyIsTheStoreAtItsLastCommit(compacting: Bool) async throws {
        let environment = try place.create()
        try await fill(environment, 300)
        try environment.copy(to: copy, compacting: compacting)
        let keys = try environment.keys()
        try await environment.put([9], for: [9, 9, 9])
        await environment.close()

        #expect(try place.mode(copy) == 0o700)
        #expect(try place.mode(copy + "/data.mdb") == 0o600)
        #expect(place.names == ["copy", "store"])
        let again = try Environment.open(at: copy, options: .readOnly)
        #expect(try again.keys() == keys)
        #expect(try again.get([0, 7]) == [UInt8](repeating: 7, count: 2000))
        #expect(try again.get([9, 9, 9]) == nil)
        await again.close()
    }

    @Test func aCompactingCopyHoldsNothingThatWasDeleted() async throws {
        let environment = try place.create()
        let secret = Array("a secret that was deleted".utf8)
        try await environment.put(secret, for: [1])
        try await fill(environment, 100)
        let table = try environment.table("rows")
        try await environment.write { (transaction) throws(StoreError) in
            _ = try transaction.delete([1], in: table)
        }
        // Its page is free, and still there.
        try await environment.put([1], for: [2])
        try environment.copy(to: copy, compacting: true)
        try environment.copy(to: place.root + "/plain", compacting: false)
        await environment.close()
        func holdsIt(_ directory: String) throws -> Bool {
            try Data(contentsOf: URL(filePath: directory + "/data.mdb")).range(of: Data(secret))
                != nil
        }
        #expect(try !holdsIt(copy))
        #expect(try holdsIt(place.root + "/plain"))
    }

    @Test func whatIsThereIsNotReplaced() async throws {
        let environment = try place.create()
        try environment.copy(to: copy, compacting: true)
        let found = await reason { try environment.copy(to: copy, compacting: true) }
        #expect(found == .alreadyExists(path: copy))
        let nowhere = place.root + "/no/copy"
        let missing = await reason { try environment.copy(to: nowhere, compacting: true) }
        guard case .notFound = missing else {
            Issue.record("\(String(describing: missing))")
            return
        }
        #expect(place.names == ["copy", "store"])
        await environment.close()
        let closed = await reason { try environment.copy(to: copy + "2", compacting: true) }
        #expect(closed == .closed)
        #expect(place.names == ["copy", "store"])
    }

    @Test func writersGoOnMeanwhile() async throws {
        let environment = try place.create()
        try await fill(environment, 500)
        let writing = Task {
            for number in 0..<200 { try await environment.put([UInt8(number)], for: [255, 255]) }
        }
        for number in 0..<5 {
            let path = "\(copy)\(number)"
            try environment.copy(to: path, compacting: number % 2 == 0)
            let again = try Environment.open(at: path, options: .readOnly)
            #expect(try again.keys().count >= 501)
            await again.close()
        }
        try await writing.value
        await environment.close()
    }

    @Test func clearingTakesAllRows() async throws {
        let environment = try place.create()
        try await fill(environment, 50)
        let table = try environment.table("rows")
        try await environment.write { (transaction) throws(StoreError) in
            try transaction.clear(table)
            try transaction.put([1], for: [1], in: table)
        }
        #expect(try environment.keys() == [[1]])
        await environment.close()
    }

    @Test func filesAppearWhole() async throws {
        let path = place.root + "/file"
        try FileSystem.makeFile(at: path) { (file) throws(StoreError) in
            try file.write([1, 2])
            try file.write([3])
        }
        #expect(try place.mode(path) == 0o600)
        let input = try InputFile(path)
        #expect(try input.read(2) == [1, 2])
        #expect(try input.read(1 << 40) == [3])
        #expect(try input.read(1) == [])
        let found = await reason {
            try FileSystem.makeFile(at: path) { (_) throws(StoreError) in }
        }
        #expect(found == .alreadyExists(path: path))
        let failed = await reason {
            try FileSystem.makeFile(at: path + "2") { (_) throws(StoreError) in
                throw StoreError(.failed)
            }
        }
        #expect(failed == .failed)
        #expect(place.names == ["file"])
    }
}
