import EventLog
import LMDBStore

/// What appending records costs, beside what LMDB needs for as many bytes.
package struct AppendMeasurement: Hashable, Sendable, Encodable {
    package let benchmark = "append"
    package let records: UInt64
    /// How many callers wait for an answer at a time.
    package let writers: UInt64
    /// Of a record: its envelope and payload.
    package let bytes: Int
    package let perSecond: Double
    package let floorPerSecond: Double
    package let ratio: Double

    private enum CodingKeys: String, CodingKey {
        case benchmark, records, writers, bytes, ratio
        case perSecond = "per_second"
        case floorPerSecond = "floor_per_second"
    }

    /// Appends to a new store in a directory that is there, each writer to a room of its own; then lets as
    /// many callers write rows of the same size.
    package init(
        records: UInt64, writers: UInt64, evidenceSize: Int, in directory: String
    ) async throws {
        let log = try EventLog.create(at: directory + "/store", origin: "hub.example")
        let floor = try DurableFloor(directory + "/floor")
        do {
            let synthetic = SyntheticRecords(rooms: writers, evidenceSize: evidenceSize)
            // The rooms are there.
            try await synthetic.fill(log, upTo: writers)
            let start = ContinuousClock.now
            try await synthetic.fill(log, upTo: writers + records)
            perSecond = Double(records) / ((ContinuousClock.now - start) / .seconds(1))
            let last = try log.records(from: writers + records - 1, limit: 1).elements.first
            bytes = last.map { $0.envelope.encoded.count + ($0.payload?.encoded.count ?? 0) } ?? 0
            let row = [UInt8](repeating: 7, count: bytes)
            let floorStart = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<writers {
                    let quota = records / writers + (writer < records % writers ? 1 : 0)
                    group.addTask {
                        for _ in 0..<quota { _ = try await floor.write(row) }
                    }
                }
                try await group.waitForAll()
            }
            floorPerSecond = Double(records) / ((ContinuousClock.now - floorStart) / .seconds(1))
        } catch {
            await log.close()
            await floor.close()
            throw error
        }
        await log.close()
        await floor.close()
        ratio = perSecond / floorPerSecond
        self.records = records
        self.writers = writers
    }
}
