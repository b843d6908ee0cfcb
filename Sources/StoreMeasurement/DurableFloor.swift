import LMDBStore
import PresentationLanguage
import Synchronization

/// Another store on the same disk, with a table of records and nothing else: what it costs to get bytes onto
/// the disk with LMDB, and back.
final class DurableFloor: Sendable {
    private let environment: Environment
    private let table: Table
    private let next = Atomic<UInt64>(0)

    init(_ path: String) throws(StoreError) {
        environment = try Environment.create(
            at: path, options: EnvironmentOptions(access: .readWrite)
        ) { (transaction) throws(StoreError) in
            _ = try transaction.createTable("floor")
        }
        table = try environment.table("floor")
    }

    /// Microseconds until the bytes are on the disk; callers beside each other share transactions.
    @discardableResult
    func write(_ bytes: [UInt8]) async throws(StoreError) -> Double {
        let start = ContinuousClock.now
        try await writeTogether([bytes])
        return (ContinuousClock.now - start) / .microseconds(1)
    }

    /// Writes rows in one transaction.
    func writeTogether(_ rows: [[UInt8]]) async throws(StoreError) {
        let table = table
        let first = next.wrappingAdd(UInt64(rows.count), ordering: .relaxed).oldValue
        try await environment.write { (transaction) throws(StoreError) in
            for (place, row) in rows.enumerated() {
                try transaction.put(row, for: (first + UInt64(place)).encoded, in: table)
            }
        }
    }

    /// As many rows, all the same.
    func fill(_ count: Int, _ row: [UInt8]) async throws(StoreError) {
        for start in stride(from: 0, to: count, by: 1000) {
            try await writeTogether(Array(repeating: row, count: min(1000, count - start)))
        }
    }

    /// Looks at every byte of every row.
    func scan() throws(StoreError) {
        var sum: UInt64 = 0
        try environment.read { (transaction) throws(StoreError) in
            try transaction.scan(table) { (_, value) throws(StoreError) in
                for offset in stride(from: 0, to: value.byteCount & ~7, by: 8) {
                    sum &+= value.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
                }
                return true
            }
        }
        precondition(sum != 1, "the sum of what is there")
    }

    func close() async {
        await environment.close()
    }
}
