import Foundation
import LMDBStore
import Testing

/// A directory that is removed with its last reference.
final class TemporaryPlace: Sendable {
    let root: String

    init() {
        let path = NSTemporaryDirectory() + "lmdbstore-" + UUID().uuidString
        try! FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        root = path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    var store: String { root + "/store" }
    var data: String { store + "/data.mdb" }

    var names: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: root).sorted()) ?? []
    }

    func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    func create(_ options: EnvironmentOptions = .readWrite) throws -> Environment {
        try Environment.create(at: store, options: options) { (transaction) throws(StoreError) in
            let table = try transaction.createTable("rows")
            try transaction.put([1], for: [0], in: table)
        }
    }

    func open(_ options: EnvironmentOptions = .readWrite) throws -> Environment {
        try Environment.open(at: store, options: options)
    }
}

extension EnvironmentOptions {
    static var readWrite: Self { EnvironmentOptions(access: .readWrite) }
    static var readOnly: Self { EnvironmentOptions(access: .readOnly) }
}

extension Environment {
    func get(_ key: [UInt8]) throws -> [UInt8]? {
        let table = try table("rows")
        return try read { (transaction) throws(StoreError) in
            try transaction.get(key, in: table)
        }
    }

    func put(_ value: [UInt8], for key: [UInt8]) async throws {
        let table = try table("rows")
        try await write { (transaction) throws(StoreError) in
            try transaction.put(value, for: key, in: table)
        }
    }

    /// All keys from the given one.
    func keys(from start: [UInt8] = []) throws -> [[UInt8]] {
        let table = try table("rows")
        return try read { (transaction) throws(StoreError) in
            var keys: [[UInt8]] = []
            try transaction.scan(table, from: start) { key, _ in
                keys.append(key.withUnsafeBytes { Array($0) })
                return true
            }
            return keys
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
