import EventLog
import LMDBStore

/// What it costs to open a store of some size and to read the latest record of a room.
package struct OpeningMeasurement: Hashable, Sendable, Encodable {
    /// One step, or the best of several of a kind.
    package struct Cost: Hashable, Sendable, Encodable {
        package var milliseconds: Double
        /// Pages of the file and of memory that it asked the system for.
        package var faults: Int
        /// Read from the disk, with what the system read ahead.
        package var diskBytes: Int

        private enum CodingKeys: String, CodingKey {
            case faults
            case milliseconds = "ms"
            case diskBytes = "disk_bytes"
        }

        fileprivate func best(_ other: Cost) -> Cost {
            Cost(
                milliseconds: min(milliseconds, other.milliseconds),
                faults: min(faults, other.faults), diskBytes: min(diskBytes, other.diskBytes))
        }
    }

    package struct Costs: Hashable, Sendable, Encodable {
        package let open: Cost
        package let read: Cost

        fileprivate func best(_ other: Costs) -> Costs {
            Costs(open: open.best(other.open), read: read.best(other.read))
        }
    }

    package let records: UInt64
    package let bytes: UInt64
    /// Levels of the deepest tree: pages that are read for one row.
    package let depth: Int
    /// The best of several openings, with the file in memory.
    package let warm: Costs
    /// With the file on the disk only.
    package let cold: Costs

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
        cold = try await Self.open(path, of: records)
        var warm = try await Self.open(path, of: records)
        for _ in 1..<Self.repetitions { warm = warm.best(try await Self.open(path, of: records)) }
        self.warm = warm
        let pages = try PageCheck(at: path).statistics
        depth = pages.trees.map(\.depth).max() ?? 0
        bytes = pages.pagesInFile * UInt64(pages.pageSize)
        self.records = pages.trees.first { $0.tree == .table("log") }?.entries ?? 0
    }

    private static func open(
        _ path: String, of records: SyntheticRecords
    ) async throws -> Costs {
        let (log, opening) = try cost { try EventLog.open(at: path, access: .readWrite) }
        let (isRead, reading) = try cost {
            let room = try log.room(uri: SyntheticRecords.uri(of: records.rooms / 2))
            guard let room else { return false }
            let page = try log.records(ofRoom: room.number, from: room.row.roomSeq, limit: 1)
            return page.elements.count == 1
        }
        await log.close()
        guard isRead else {
            throw StoreError(.damaged(table: "room", number: 0, what: "missing"))
        }
        return Costs(open: opening, read: reading)
    }

    private static func cost<T>(_ body: () throws -> T) rethrows -> (T, Cost) {
        let before = Effort.now
        let start = ContinuousClock.now
        let result = try body()
        let end = ContinuousClock.now
        let effort = Effort.now - before
        return (
            result,
            Cost(
                milliseconds: (end - start) / .milliseconds(1), faults: effort.faults,
                diskBytes: effort.diskBytes)
        )
    }
}
