import LMDBStore
import MLSCrypto
import PresentationLanguage

/// What a store is, written once when it is created: one row each in the table `meta`.
///
/// ```
/// "uuid"           opaque[16]
/// "origin"         the bytes of the log's origin line, UTF-8
/// "schema"         uint32, version of the disk format that wrote the store
/// "schema_compat"  uint32, oldest version that can still use it
/// "platform"       uint8 bytes of a word, uint8 byte order (1 little-endian, 2 big-endian):
///                  the pages of LMDB are in machine format
/// "digest"         SHA-256 of the other values, each as opaque<V>, in the order of this list; since
///                  schema 2
/// ```
package struct Meta: Hashable, Sendable {
    package static let currentSchema: UInt32 = 2
    package static let schemaCompat: UInt32 = 2

    /// The version that the store is of, up to ``currentSchema`` or a later one that says it is
    /// compatible.
    package private(set) var schema = Self.currentSchema
    package let uuid: [UInt8]
    package let origin: String

    /// A new store, with a UUID of version 4 (RFC 9562 §5.4).
    package init(origin: String, random: RandomSource) {
        var uuid = random.bytes(16)
        precondition(uuid.count == 16, "random source returned \(uuid.count) bytes")
        uuid[6] = uuid[6] & 0x0f | 0x40
        uuid[8] = uuid[8] & 0x3f | 0x80
        self.uuid = uuid
        self.origin = origin
    }

    /// What an existing store is.
    package init(origin: String, uuid: [UInt8]) {
        precondition(uuid.count == 16, "a UUID of \(uuid.count) bytes")
        self.uuid = uuid
        self.origin = origin
    }

    /// Reads the rows of a store; refuses one that this version can't use.
    init(from table: Table, in transaction: borrowing ReadTransaction) throws(StoreError) {
        schema = try Self.number(Key.schema, table, transaction)
        let compat = try Self.number(Key.schemaCompat, table, transaction)
        guard schema >= 1, (1...Self.currentSchema).contains(compat) else {
            throw StoreError(.unknownFormat(of: "schema", found: UInt64(compat)))
        }
        guard try Self.row(Key.platform, table, transaction) == Self.platform else {
            throw StoreError(.notAStore("written on another kind of machine"))
        }
        uuid = try Self.row(Key.uuid, table, transaction)
        let origin = try Self.row(Key.origin, table, transaction)
        guard uuid.count == 16, let text = String(validating: origin, as: UTF8.self) else {
            throw RowName(table: table, number: 0).damaged("uuid or origin")
        }
        self.origin = text
        guard schema >= 2 else { return }
        let digest = Self.digest(uuid, origin, schema, compat)
        guard try Self.row(Key.digest, table, transaction) == digest else {
            throw RowName(table: table, number: 0).damaged("its digest is that of something else")
        }
    }

    /// Writes the rows of a new store, or those of one that was brought to this schema.
    func write(to table: Table, in transaction: borrowing WriteTransaction) throws(StoreError) {
        let origin = Array(origin.utf8)
        let digest = Self.digest(uuid, origin, Self.currentSchema, Self.schemaCompat)
        try transaction.put(uuid, for: Key.uuid, in: table)
        try transaction.put(origin, for: Key.origin, in: table)
        try transaction.put(Self.currentSchema.encoded, for: Key.schema, in: table)
        try transaction.put(Self.schemaCompat.encoded, for: Key.schemaCompat, in: table)
        try transaction.put(Self.platform, for: Key.platform, in: table)
        try transaction.put(digest, for: Key.digest, in: table)
    }

    private static func digest(
        _ uuid: [UInt8], _ origin: [UInt8], _ schema: UInt32, _ compat: UInt32
    ) -> [UInt8] {
        var input = Writer()
        for value in [uuid, origin, schema.encoded, compat.encoded, platform] {
            input.write(opaque: value)
        }
        return SHA256.hash(input.bytes).bytes
    }

    private enum Key {
        static let uuid = Array("uuid".utf8)
        static let origin = Array("origin".utf8)
        static let schema = Array("schema".utf8)
        static let schemaCompat = Array("schema_compat".utf8)
        static let platform = Array("platform".utf8)
        static let digest = Array("digest".utf8)
    }

    private static let platform: [UInt8] = [
        UInt8(MemoryLayout<Int>.size), UInt16(1).littleEndian == 1 ? 1 : 2,
    ]

    private static func row(
        _ key: [UInt8], _ table: Table, _ transaction: borrowing ReadTransaction
    ) throws(StoreError) -> [UInt8] {
        guard let value = try transaction.get(key, in: table) else {
            throw StoreError(.notAStore("meta has no \(String(decoding: key, as: UTF8.self))"))
        }
        return value
    }

    private static func number(
        _ key: [UInt8], _ table: Table, _ transaction: borrowing ReadTransaction
    ) throws(StoreError) -> UInt32 {
        let value = try row(key, table, transaction)
        return try RowName(table: table, number: 0).decode(value.span.bytes, as: UInt32.self)
    }
}
