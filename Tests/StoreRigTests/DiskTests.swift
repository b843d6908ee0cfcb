import StoreRig
import Testing

/// What the model of a disk lets a power cut leave.
@Suite struct DiskTests {
    private static func disk(_ operations: [Trace.Operation]) throws -> Disk {
        var disk = Disk()
        for operation in operations { try disk.apply(operation) }
        return disk
    }

    private static func write(_ value: UInt8, at offset: Int, _ count: Int) -> Trace.Operation {
        .write("f", offset: offset, [UInt8](repeating: value, count: count), isSynchronous: false)
    }

    private static func content(
        _ disk: Disk, _ parts: [ImagePlan.Part], _ growth: ImagePlan.Growth = .asWritten
    ) -> [UInt8]? {
        disk.image(ImagePlan(parts: parts, names: disk.namesWaiting, growth: growth))
            .bytes(of: "f")
    }

    @Test func whatWasNotSyncedMayBeThere() throws {
        let disk = try Self.disk([.create("f"), Self.write(1, at: 0, 2), Self.write(2, at: 1, 2)])
        #expect(disk.writes.count == 2)
        #expect(Self.content(disk, [.none, .none]) == [])
        #expect(Self.content(disk, [.all, .none]) == [1, 1])
        // The later one alone: the file has a hole.
        #expect(Self.content(disk, [.none, .all]) == [0, 2, 2])
        #expect(Self.content(disk, [.all, .all]) == [1, 2, 2])
        #expect(Self.content(disk, [.all, .none], .withoutData) == [1, 1, 0])
        #expect(Self.content(disk, [.all, .all], .lost) == [])
    }

    @Test func whatWasSyncedIsThere() throws {
        let disk = try Self.disk([
            .create("f"), Self.write(1, at: 0, 2), .sync("f"), .sync(""), Self.write(2, at: 1, 2),
        ])
        #expect(disk.writes.count == 1)
        #expect(disk.namesWaiting == 0)
        #expect(Self.content(disk, [.none]) == [1, 1])
        #expect(Self.content(disk, [.all], .lost) == [1, 2])
    }

    @Test func writesAreTornAtSectors() throws {
        // From the middle of a sector to the middle of the one after the next.
        let disk = try Self.disk([.create("f"), Self.write(1, at: 256, 1024)])
        #expect(disk.writes[0].sectors == 3)
        let first = Self.content(disk, [.first(1)])
        #expect(first == [UInt8](repeating: 0, count: 256) + [UInt8](repeating: 1, count: 256))
        let last = Self.content(disk, [.last(1)])
        #expect(last == [UInt8](repeating: 0, count: 1024) + [UInt8](repeating: 1, count: 256))
    }

    @Test func namesAreThereInTheirOrder() throws {
        let disk = try Self.disk([
            .makeDirectory("new"), .create("new/f"), .sync("new"), .rename("new", to: "store"),
        ])
        // The directory's own names are on the disk, its name is not.
        #expect(disk.namesWaiting == 2)
        func names(_ number: Int) -> [String] {
            disk.image(ImagePlan(parts: [], names: number)).files.map(\.path)
        }
        #expect(names(0) == [])
        #expect(names(1) == ["new/f"])
        #expect(names(2) == ["store/f"])
        var synced = disk
        try synced.apply(.sync(""))
        #expect(synced.namesWaiting == 0)
        #expect(synced.image(ImagePlan(parts: [], names: 0)).files.map(\.path) == ["store/f"])
    }

    @Test func removedAndReplacedFiles() throws {
        let disk = try Self.disk([
            .create("a"), .write("a", offset: 0, [1], isSynchronous: false), .sync("a"),
            .create("b"),
            .write("b", offset: 0, [2], isSynchronous: false), .sync("b"), .sync(""),
            .rename("b", to: "a"), .link("a", to: "c"), .remove("a"),
        ])
        func files(_ number: Int) -> [String: [UInt8]] {
            let image = disk.image(ImagePlan(parts: [], names: number))
            return Dictionary(image.files.map { ($0.path, $0.bytes) }, uniquingKeysWith: { $1 })
        }
        #expect(files(0) == ["a": [1], "b": [2]])
        #expect(files(1) == ["a": [2]])
        #expect(files(2) == ["a": [2], "c": [2]])
        #expect(files(3) == ["c": [2]])
    }

    @Test func plansTearEverySector() {
        let writes = [
            Disk.Write(file: 1, offset: 0, bytes: [UInt8](repeating: 1, count: 1536), size: nil)
        ]
        let plans = Set(ImagePlan.thorough(writes, names: 0))
        for part in [ImagePlan.Part.first(1), .first(2), .last(1), .last(2)] {
            #expect(plans.contains(ImagePlan(parts: [part], names: 0)))
        }
    }
}
