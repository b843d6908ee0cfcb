import EventLog
import LMDBStore

/// What it costs to open a store of some size and to read the latest record of a room.
package struct OpeningMeasurement: Hashable, Sendable, Encodable {
    /// One opening, or the best of several.
    package struct Cost: Hashable, Sendable, Encodable {
        package var openMilliseconds: Double
        package var readMilliseconds: Double
        /// Pages that were asked for, those of memory among them.
        package var openFaults: Int
        package var readFaults: Int

        private enum CodingKeys: String, CodingKey {
            case openMilliseconds = "open_ms"
            case readMilliseconds = "read_ms"
            case openFaults = "open_faults"
            case readFaults = "read_faults"
        }

        fileprivate func best(_ other: Cost) -> Cost {
            Cost(
                openMilliseconds: min(openMilliseconds, other.openMilliseconds),
                readMilliseconds: min(readMilliseconds, other.readMilliseconds),
                openFaults: min(openFaults, other.openFaults),
                readFaults: min(readFaults, other.readFaults))
        }
    }

    package let records: UInt64
    package let bytes: UInt64
    /// Levels of the deepest tree: pages that are read for one row.
    package let depth: Int
    /// The best of several openings, with the file in memory: minor page faults.
    package let warm: Cost
    /// With the file on the disk only: major page faults, each of which reads several pages.
    package let cold: Cost

    private static let repetitions = 7

    /// Lets a store at a path where nothing is grow to each of the sizes, and measures it there. Nobody
    /// else is to use the file meanwhile.
    package static func series(
        at path: String, sizes: [UInt64], _ records: SyntheticRecords = SyntheticRecords(),
        report: (OpeningMeasurement) throws -> Void
    ) async throws {
        var isThere = false
        for size in sizes.sorted() {
            let log =
                isThere
                ? try EventLog.open(at: path, access: .readWrite)
                : try EventLog.create(at: path, origin: "hub.example")
            isThere = true
            do {
                try await records.fill(log, upTo: size)
            } catch {
                await log.close()
                throw error
            }
            await log.close()
            try report(await OpeningMeasurement(at: path, of: records))
        }
    }

    private init(at path: String, of records: SyntheticRecords) async throws {
        let file = path + "/" + Environment.dataFile
        try FileCache.drop(file)
        cold = try await Self.open(path, of: records) { $0.major }
        var warm = try await Self.open(path, of: records) { $0.minor }
        for _ in 1..<Self.repetitions {
            warm = warm.best(try await Self.open(path, of: records) { $0.minor })
        }
        self.warm = warm
        let pages = try PageCheck(at: path).statistics
        depth = pages.trees.map(\.depth).max() ?? 0
        bytes = pages.pagesInFile * UInt64(pages.pageSize)
        self.records = pages.trees.first { $0.tree == .table("log") }?.entries ?? 0
    }

    private static func open(
        _ path: String, of records: SyntheticRecords, _ count: (PageFaults) -> Int
    ) async throws -> Cost {
        let before = PageFaults.now
        let start = ContinuousClock.now
        let log = try EventLog.open(at: path, access: .readWrite)
        let opened = ContinuousClock.now
        let between = PageFaults.now
        let begun = ContinuousClock.now
        let room = try log.room(uri: SyntheticRecords.uri(of: records.rooms / 2))
        guard let room,
            try log.records(ofRoom: room.number, from: room.row.roomSeq, limit: 1).elements.count
                == 1
        else { throw StoreError(.damaged(table: "room", number: 0, what: "missing")) }
        let read = ContinuousClock.now
        let after = PageFaults.now
        await log.close()
        return Cost(
            openMilliseconds: (opened - start) / .milliseconds(1),
            readMilliseconds: (read - begun) / .milliseconds(1),
            openFaults: count(between - before), readFaults: count(after - between))
    }
}
