import Foundation
import LMDBStore
import Testing

/// The store shared with real other processes: each exit test runs its body in one.
@Suite struct ProcessTests {
    private let place = TemporaryPlace()

    @Test func anotherProcessReadsWhileThisOneWrites() async throws {
        let environment = try place.create()
        try await environment.put([7], for: [7])
        let path = place.store
        await #expect(processExitsWith: .success) { [path = path as String] in
            let reader = try Environment.open(at: path, options: .readOnly)
            guard try reader.get([7]) == [7] else { exit(2) }
            let found = await reason { try await reader.put([8], for: [8]) }
            guard found == .readOnly else { exit(3) }
            await reader.close()
        }
        try await environment.put([9], for: [9])
        #expect(try environment.keys() == [[0], [7], [9]])
    }

    @Test func anotherProcessWritesWhileThisOneHasTheStoreOpen() async throws {
        let environment = try place.create()
        let path = place.store
        await #expect(processExitsWith: .success) { [path = path as String] in
            let writer = try Environment.open(at: path, options: .readWrite)
            try await writer.put([8], for: [8])
            await writer.close()
        }
        #expect(try environment.get([8]) == [8])
        try await environment.put([9], for: [9])
        #expect(try environment.keys() == [[0], [8], [9]])
    }

    @Test func aMapThatAnotherProcessGrewIsAdopted() async throws {
        var options = EnvironmentOptions.readWrite
        options.mapSize = 1 << 20
        let environment = try place.create(options)
        #expect(try environment.get([0]) == [1])
        let path = place.store
        await #expect(processExitsWith: .success) { [path = path as String] in
            let writer = try Environment.open(at: path, options: .readWrite)
            let value = [UInt8](repeating: 3, count: 4 << 20)
            try await writer.put(value, for: [3])
            await writer.close()
        }
        #expect(try environment.get([3])?.count == 4 << 20)
        try await environment.put([4], for: [4])
        #expect(try environment.get([4]) == [4])
    }

    @Test func slotsOfKilledReadersAreFreed() async throws {
        var options = EnvironmentOptions.readWrite
        options.maxReaders = 1
        let environment = try place.create(options)
        let path = place.store
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let reader = try Environment.open(at: path, options: .readOnly)
            let table = try reader.table("rows")
            try reader.read { (transaction) throws(StoreError) in
                _ = try transaction.get([0], in: table)
                kill(getpid(), SIGKILL)
            }
        }
        // The dead process holds the only slot.
        #expect(try environment.get([0]) == [1])
        // A live reader keeps it.
        let found = await reason {
            try environment.read { (_) throws(StoreError) in
                try environment.read { (_) throws(StoreError) in }
            }
        }
        #expect(found == .readersFull)
    }

    @Test func pagesThatAKilledReaderReadAreUsedAgain() async throws {
        let environment = try place.create()
        let path = place.store
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let reader = try Environment.open(at: path, options: .readOnly)
            let table = try reader.table("rows")
            try reader.read { (transaction) throws(StoreError) in
                _ = try transaction.get([0], in: table)
                kill(getpid(), SIGKILL)
            }
        }
        for number in 0..<500 {
            let value = [UInt8](repeating: UInt8(number % 256), count: 4000)
            try await environment.put(value, for: [1])
        }
        // Each commit frees three pages at least.
        let pages = try PageCheck(at: path).statistics
        #expect(pages.pagesInFile < 500)
        await environment.close()
    }

    @Test func anAcknowledgedWriteSurvivesAKilledWriter() async throws {
        await (try place.create()).close()
        let path = place.store
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let writer = try Environment.open(at: path, options: .readWrite)
            try await writer.put([5], for: [5])
            let table = try writer.table("rows")
            try await writer.write { (transaction) throws(StoreError) in
                try transaction.put([6], for: [6], in: table)
                kill(getpid(), SIGKILL)
            }
        }
        let environment = try place.open()
        #expect(try environment.keys() == [[0], [5]])
        try await environment.put([6], for: [6])
        #expect(try environment.get([6]) == [6])
        await environment.close()
    }

    @Test func aSmallAddressSpaceHalvesTheMap() async throws {
        let path = place.store
        await #expect(processExitsWith: .success) { [path = path as String] in
            var limit = rlimit(rlim_cur: 16 << 30, rlim_max: 16 << 30)
            guard setrlimit(__rlimit_resource_t(9), &limit) == 0 else { exit(2) }
            let environment = try Environment.create(at: path, options: .readWrite) {
                (transaction) throws(StoreError) in
                _ = try transaction.createTable("rows")
            }
            try await environment.put([1], for: [1])
            await environment.close()
        }
        let environment = try place.open()
        #expect(try environment.get([1]) == [1])
        await environment.close()
    }

    /// A file system of one MiB. Needs the right to mount; says so where it is missing.
    @Test(.enabled(if: geteuid() == 0, "mounting needs root"))
    func aFullDiskIsATypedErrorAndReadsGoOn() async throws {
        let disk = place.root + "/disk"
        mkdir(disk, 0o700)
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=2m") == 0, "mount failed: \(errno)")
        defer { umount(disk) }
        let environment = try Environment.create(at: disk + "/store", options: .readWrite) {
            (transaction) throws(StoreError) in
            let table = try transaction.createTable("rows")
            try transaction.put([1], for: [0], in: table)
        }
        let big = [UInt8](repeating: 1, count: 3 << 20)
        #expect(await reason { try await environment.put(big, for: [1]) } == .diskFull)
        var found: StoreError.Reason?
        var written: [[UInt8]] = [[0]]
        for number in UInt8(2)...200 where found == nil {
            let value = [UInt8](repeating: number, count: 20_000)
            found = await reason { try await environment.put(value, for: [number]) }
            if found == nil { written.append([number]) }
        }
        #expect(found == .diskFull)
        #expect(try environment.keys() == written)
        await environment.close()
        let again = try Environment.open(at: disk + "/store", options: .readWrite)
        #expect(try again.keys() == written)
        await again.close()
    }
}
