import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage
import Testing

@Suite struct SchemaTests {
    private let place = LogPlace()

    private func openingAfterReplacing(
        _ name: String, with value: [UInt8]?
    ) async throws -> StoreError.Reason? {
        await (try place.create()).close()
        let key = Array(name.utf8)
        try await place.tamper("meta") { (transaction, table) throws(StoreError) in
            if let value {
                try transaction.put(value, for: key, in: table)
            } else {
                try transaction.delete(key, in: table)
            }
        }
        return await reason { await (try place.open()).close() }
    }

    @Test func aNewerSchemaThatSaysSoIsRefused() async throws {
        let found = try await openingAfterReplacing("schema_compat", with: UInt32(3).encoded)
        #expect(found == .unknownFormat(of: "schema", found: 3))
    }

    @Test func aNewerCompatibleSchemaIsAccepted() async throws {
        #expect(
            try await openingAfterReplacing("schema", with: UInt32(9).encoded)
                == .damaged(
                    table: "meta", number: 0, what: "its digest is that of something else"))
        // With the digest of such a store.
        var values: [String: [UInt8]] = [:]
        for row in try await place.rows("meta") {
            values[String(decoding: row.key, as: UTF8.self)] = row.value
        }
        var input = Writer()
        for name in ["uuid", "origin", "schema", "schema_compat", "platform"] {
            input.write(opaque: try #require(values[name]))
        }
        let digest = SHA256.hash(input.bytes).bytes
        try await place.tamper("meta") { (transaction, table) throws(StoreError) in
            try transaction.put(digest, for: Array("digest".utf8), in: table)
        }
        #expect(await reason { await (try place.open()).close() } == nil)
    }

    @Test func schemaZeroIsRefused() async throws {
        let found = try await openingAfterReplacing("schema_compat", with: UInt32(0).encoded)
        #expect(found == .unknownFormat(of: "schema", found: 0))
    }

    @Test func aMissingRowIsNoStore() async throws {
        let found = try await openingAfterReplacing("schema", with: nil)
        #expect(found == .notAStore("meta has no schema"))
    }

    @Test func anotherPlatformIsRefused() async throws {
        let found = try await openingAfterReplacing("platform", with: [8, 2])
        #expect(found == .notAStore("written on another kind of machine"))
    }

    @Test func aShortUUIDIsDamage() async throws {
        let found = try await openingAfterReplacing("uuid", with: [1])
        #expect(found == .damaged(table: "meta", number: 0, what: "uuid or origin"))
    }

    @Test func aForeignEnvironmentIsNoLog() async throws {
        let options = EnvironmentOptions(access: .readWrite)
        let environment = try Environment.create(at: place.store, options: options) {
            (transaction) throws(StoreError) in
            _ = try transaction.createTable("other")
        }
        await environment.close()
        #expect(await reason { _ = try place.open() } == .missingTable("meta"))
    }
}
