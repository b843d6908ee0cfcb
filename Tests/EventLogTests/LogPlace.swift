import EventLog
import Foundation
import LMDBStore
import MLSCrypto

/// A directory with a log, removed with its last reference.
final class LogPlace: Sendable {
    let root: String

    init() {
        let path = NSTemporaryDirectory() + "eventlog-" + UUID().uuidString
        try! FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        root = path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    var store: String { root + "/log" }

    func create(_ configuration: Configuration = .small) throws -> EventLog {
        try EventLog.create(at: store, origin: "hub.example/log", configuration: configuration)
    }

    func open(_ access: Access = .readWrite) throws -> EventLog {
        try EventLog.open(at: store, access: access, configuration: .small)
    }

    /// Changes rows behind the log's back.
    func tamper(
        _ table: String,
        _ body: @escaping @Sendable (borrowing WriteTransaction, Table) throws(StoreError) -> Void
    ) async throws {
        let options = Configuration.small.environment
        let environment = try Environment.open(at: store, options: options)
        let table = try environment.table(table)
        try await environment.write { (transaction) throws(StoreError) in
            try body(transaction, table)
        }
        await environment.close()
    }

    /// The rows of a table as they are on the disk.
    func rows(_ table: String) async throws -> [(key: [UInt8], value: [UInt8])] {
        var options = Configuration.small.environment
        options.access = .readOnly
        let environment = try Environment.open(at: store, options: options)
        let table = try environment.table(table)
        let rows = try environment.read { (transaction) throws(StoreError) in
            var rows: [(key: [UInt8], value: [UInt8])] = []
            try transaction.scan(table) { key, value in
                rows.append(
                    (key.withUnsafeBytes { Array($0) }, value.withUnsafeBytes { Array($0) }))
                return true
            }
            return rows
        }
        await environment.close()
        return rows
    }
}

extension Configuration {
    /// With a small part of the address space: many stores are open at one time.
    static var small: Configuration {
        var configuration = Configuration()
        configuration.environment.mapSize = 1 << 32
        return configuration
    }
}

/// A digest of 32 equal bytes.
func digest(_ byte: UInt8) -> Digest32 {
    Digest32([UInt8](repeating: byte, count: 32))!
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// A payload with this many bytes of evidence.
func evidence(_ size: Int, _ byte: UInt8 = 0x5a) -> Payload {
    Payload(
        source: Array("a.example".utf8), evidence: [UInt8](repeating: byte, count: size),
        events: [])
}

extension Append {
    static func new(
        _ uri: String, timeMs: UInt64 = 1000, epoch: UInt64 = 0, state: UInt8 = 1,
        payload content: Payload = evidence(10)
    ) -> Append {
        Append(
            room: .new(uri: Array(uri.utf8)), kind: 1, schema: 1, timeMs: timeMs, epoch: epoch,
            stateHash: digest(state), status: 1, payload: content)
    }

    /// A record after the room's last one, as `envelope` tells it.
    static func after(
        _ envelope: Envelope, timeMs: UInt64 = 1000, epoch: UInt64 = 0, state: UInt8 = 1,
        payload content: Payload = evidence(10)
    ) -> Append {
        let expectation = Expectation(
            roomSeq: envelope.roomSeq, stateHash: envelope.stateHash, epoch: envelope.epoch)
        return Append(
            room: .existing(envelope.room, expecting: expectation), kind: 2, schema: 1,
            timeMs: timeMs, epoch: epoch, stateHash: digest(state), status: 1, payload: content)
    }
}

struct UnexpectedConflict: Error {
    let conflict: Conflict
}

extension EventLog {
    /// Appends what must not conflict.
    @discardableResult
    func add(_ item: Append) async throws -> Envelope {
        switch try await append(item) {
        case .appended(let envelope), .repeated(let envelope): return envelope
        case .conflict(let conflict): throw UnexpectedConflict(conflict: conflict)
        }
    }

    /// The failed checks; empty if the record was appended.
    func conflicts(_ item: Append) async throws -> [Conflict.Check] {
        switch try await append(item) {
        case .appended, .repeated: return []
        case .conflict(let conflict): return conflict.checks
        }
    }
}

/// The reason of the store error that `body` throws.
func reason(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Void
) async -> StoreError.Reason? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? StoreError)?.reason
    }
}
