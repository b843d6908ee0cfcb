import Foundation
import LMDBStore
import Testing

@Suite struct OpeningTests {
    private let place = TemporaryPlace()

    @Test func onlyTheOwnerMayEnter() async throws {
        let environment = try place.create()
        #expect(try place.mode(place.store) == 0o700)
        #expect(try place.mode(place.data) == 0o600)
        #expect(try place.mode(place.store + "/lock.mdb") == 0o600)
        await environment.close()
    }

    @Test func aMissingStoreIsNotFound() async {
        let found = await reason { _ = try place.open() }
        #expect(found == .notFound(path: place.data))
        #expect(place.names == [])
    }

    @Test func aSecondOpeningIsRefusedByWhateverPath() async throws {
        let environment = try place.create()
        let link = place.root + "/link"
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: place.store)
        for path in [place.store, place.store + "/", place.root + "/./store", link] {
            for options in [EnvironmentOptions.readWrite, .readOnly] {
                let found = await reason { _ = try Environment.open(at: path, options: options) }
                #expect(found == .alreadyOpen)
            }
        }
        #expect(try environment.get([0]) == [1])
        await environment.close()
        let again = try Environment.open(at: link, options: .readOnly)
        #expect(try again.get([0]) == [1])
        await again.close()
    }

    @Test func aDroppedEnvironmentCanBeOpenedAgain() async throws {
        _ = try place.create()
        // The writer thread lets go a moment later.
        for _ in 0..<200 {
            let found = await reason { await (try place.open()).close() }
            if found == nil { return }
            #expect(found == .alreadyOpen)
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("still open")
    }

    @Test func anInterruptedCreationLeavesNothingAtThePath() async throws {
        let found = await reason {
            _ = try Environment.create(at: place.store, options: .readWrite) {
                (transaction) throws(StoreError) in
                _ = try transaction.createTable("rows")
                throw StoreError(.diskFull)
            }
        }
        #expect(found == .diskFull)
        #expect(place.names == [])
        // What a killed process leaves behind is in nobody's way.
        let left = place.root + "/.store.new-abcdef"
        try FileManager.default.createDirectory(
            atPath: left, withIntermediateDirectories: false)
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: left + "/data.mdb"))
        await (try place.create()).close()
        #expect(place.names == [".store.new-abcdef", "store"])
    }

    @Test func creationReplacesNothing() async throws {
        let first = try place.create()
        try await first.put([9], for: [9])
        let taken = StoreError.Reason.alreadyExists(path: place.store)
        #expect(await reason { _ = try place.create() } == taken)
        await first.close()
        #expect(await reason { _ = try place.create() } == taken)
        #expect(place.names == ["store"])
        let again = try place.open()
        #expect(try again.get([9]) == [9])
        await again.close()
        try FileManager.default.removeItem(atPath: place.store)
        try Data([1]).write(to: URL(fileURLWithPath: place.store))
        #expect(await reason { _ = try place.create() } == taken)
        #expect(place.names == ["store"])
    }

    @Test func networkFileSystemsAreKnown() {
        let remote: [UInt64] = [0x6969, 0xFF53_4D42, 0xFE53_4D42, 0x0102_1997, 0x6573_5546]
        for type in remote { #expect(FileSystem.isRemote(type: type)) }
        // ext4, xfs, tmpfs, btrfs
        let local: [UInt64] = [0xEF53, 0x5846_5342, 0x0102_1994, 0x9123_683E]
        for type in local { #expect(!FileSystem.isRemote(type: type)) }
    }

    @Test func aRefusedMapIsHalved() throws {
        var options = EnvironmentOptions.readWrite
        options.mapSize = 1 << 60
        _ = try place.create(options)
    }

    /// Closing a deleted file frees its inode, which a new file may get at once: its opening has to
    /// wait until the old one is forgotten.
    @Test func aFileIsForgottenInOneStepWithItsClosing() async throws {
        let file = FileSystem.Identity(device: .max, inode: .max)
        try EnvironmentRegistry.add(file)
        let (asking, answered) = (Signal(), AsyncStream<StoreError.Reason?>.makeStream())
        EnvironmentRegistry.remove(file) {
            Thread.detachNewThread {
                asking.send()
                do throws(StoreError) {
                    try EnvironmentRegistry.add(file)
                    answered.continuation.yield(nil)
                } catch {
                    answered.continuation.yield(error.reason)
                }
            }
            asking.wait()
            usleep(50_000)
        }
        let answer = try #require(await answered.stream.first { _ in true })
        #expect(answer == nil)
        EnvironmentRegistry.remove(file) {}
    }
}
