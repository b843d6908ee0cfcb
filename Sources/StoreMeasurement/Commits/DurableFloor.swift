import LMDBStore
import PresentationLanguage

/// Another store on the same disk, with one table of records and nothing else: what it costs to get bytes
/// onto the disk with LMDB.
final class DurableFloor {
    private let environment: Environment
    private let table: Table
    private var next: UInt64 = 0

    init(_ path: String) throws(StoreError) {
        environment = try Environment.create(
            at: path, options: EnvironmentOptions(access: .readWrite)
        ) { (transaction) throws(StoreError) in
            _ = try transaction.createTable("floor")
        }
        table = try environment.table("floor")
    }

    /// Microseconds of a transaction that appends the bytes, until they are on the disk.
    func write(_ bytes: [UInt8]) async throws(StoreError) -> Double {
        let (table, key) = (table, next.encoded)
        next += 1
        let start = ContinuousClock.now
        try await environment.write { (transaction) throws(StoreError) in
            try transaction.append(bytes, for: key, to: table)
        }
        return (ContinuousClock.now - start) / .microseconds(1)
    }

    func close() async {
        await environment.close()
    }
}
