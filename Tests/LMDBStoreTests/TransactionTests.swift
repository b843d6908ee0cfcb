import LMDBStore
import Testing

@Suite struct TransactionTests {
    private let place = TemporaryPlace()

    @Test func keepsWhatWasWritten() async throws {
        let environment = try place.create()
        try await environment.put([1, 2, 3], for: [7])
        try await environment.put([], for: [8])
        #expect(try environment.get([7]) == [1, 2, 3])
        #expect(try environment.get([8]) == [])
        #expect(try environment.get([9]) == nil)
        await environment.close()
        let again = try place.open(.readOnly)
        #expect(try again.get([7]) == [1, 2, 3])
        await again.close()
    }

    @Test func scansForwardFromAKey() async throws {
        let environment = try place.create()
        for key in stride(from: UInt8(10), through: 50, by: 10) {
            try await environment.put([key], for: [key])
        }
        #expect(try environment.keys() == [[0], [10], [20], [30], [40], [50]])
        #expect(try environment.keys(from: [30]) == [[30], [40], [50]])
        #expect(try environment.keys(from: [30, 0]) == [[40], [50]])
        #expect(try environment.keys(from: [51]) == [])
        let table = try environment.table("rows")
        let last = try environment.read { (transaction) throws(StoreError) in
            try transaction.lastKey(in: table)
        }
        #expect(last == [50])
    }

    @Test func scanStopsWhenTold() throws {
        let environment = try place.create()
        let table = try environment.table("rows")
        var calls = 0
        try environment.read { (transaction) throws(StoreError) in
            try transaction.scan(table) { _, value in
                calls += 1
                #expect(value.byteCount == 1)
                return false
            }
        }
        #expect(calls == 1)
    }

    @Test func insertAndAppendRefuseWhatIsThere() async throws {
        let environment = try place.create()
        let table = try environment.table("rows")
        try await environment.put([1], for: [5])
        let inserted = await reason {
            try await environment.write { (transaction) throws(StoreError) in
                try transaction.insert([2], for: [5], in: table)
            }
        }
        let appended = await reason {
            try await environment.write { (transaction) throws(StoreError) in
                try transaction.append([2], for: [4], to: table)
            }
        }
        #expect(inserted == .keyExists)
        #expect(appended == .keyExists)
        #expect(try environment.get([5]) == [1])
        #expect(try environment.get([4]) == nil)
    }

    @Test func deletes() async throws {
        let environment = try place.create()
        let table = try environment.table("rows")
        let deleted = try await environment.write { (transaction) throws(StoreError) in
            let first = try transaction.delete([0], in: table)
            let second = try transaction.delete([0], in: table)
            return [first, second]
        }
        #expect(deleted == [true, false])
        #expect(try environment.get([0]) == nil)
    }

    @Test func aReaderKeepsItsSnapshot() async throws {
        let environment = try place.create()
        let table = try environment.table("rows")
        let (started, written) = (AsyncStream<Void>.makeStream(), Signal())
        let reader = Task.detached {
            try environment.read { (transaction) throws(StoreError) in
                started.continuation.finish()
                written.wait()
                return try transaction.get([9], in: table)
            }
        }
        for await _ in started.stream {}
        try await environment.put([9], for: [9])
        written.send()
        #expect(try await reader.value == nil)
        #expect(try environment.get([9]) == [9])
    }

    @Test func aThrowingWriteChangesNothing() async throws {
        let environment = try place.create()
        let table = try environment.table("rows")
        let found = await reason {
            try await environment.write { (transaction) throws(StoreError) in
                try transaction.put([9], for: [0], in: table)
                throw StoreError(.diskFull)
            }
        }
        #expect(found == .diskFull)
        #expect(try environment.get([0]) == [1])
    }

    @Test func badKeysAreErrors() async throws {
        let environment = try place.create()
        for count in [0, 512] {
            let key = [UInt8](repeating: 1, count: count)
            #expect(await reason { try await environment.put([1], for: key) } == .failed)
        }
        try await environment.put([1], for: [UInt8](repeating: 1, count: 511))
    }

    @Test func aMissingTableIsNamed() async throws {
        let environment = try place.create()
        #expect(await reason { _ = try environment.table("other") } == .missingTable("other"))
    }

    @Test func readOnlyRefusesWrites() async throws {
        await (try place.create()).close()
        let environment = try place.open(.readOnly)
        #expect(await reason { try await environment.put([1], for: [1]) } == .readOnly)
    }

    @Test func pagesAreBounded() {
        var limit = PageLimit(rows: 3)
        let taken = [limit.take(), limit.take(), limit.take()]
        #expect(taken == [true, true, false])
        var least = PageLimit(rows: 0)
        let hasSecond = least.take()
        #expect(!hasSecond)
        var most = PageLimit(rows: .max)
        var rows = 1
        while most.take() { rows += 1 }
        #expect(rows <= 1000)
    }
}
