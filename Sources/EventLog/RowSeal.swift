import LMDBStore
import MLSCrypto
import PresentationLanguage

/// What shows that a row that no hash of the log covers is as it was written: a row of a hub's own
/// tables, of a queue, of checkpoints and redactions.
///
/// ```
/// opaque value[];
/// opaque seal[8];         // of SHA-256(opaque table<V> ‖ opaque key<V> ‖ value)
/// ```
/// It tells damage from what was meant; it holds nobody off who can write to the store.
enum RowSeal {
    static let byteCount = 8

    static func seal(_ value: [UInt8], for key: [UInt8], in table: Table) -> [UInt8] {
        value + checksum(value.span.bytes, for: key, in: table)
    }

    /// The value without its seal; throws `.damaged` where it is not that of this place and value.
    static func open(
        _ row: RawSpan, for key: [UInt8], in table: Table, of number: UInt64 = 0
    ) throws(StoreError) -> [UInt8] {
        let size = row.byteCount - byteCount
        guard size >= 0 else { throw damaged(table, number) }
        let value = row.extracting(first: size)
        guard
            row.extracting(last: byteCount).withUnsafeBytes({
                $0.elementsEqual(checksum(value, for: key, in: table))
            })
        else { throw damaged(table, number) }
        return value.withUnsafeBytes { Array($0) }
    }

    private static func checksum(
        _ value: RawSpan, for key: [UInt8], in table: Table
    ) -> ArraySlice<UInt8> {
        var place = Writer(reserving: key.count + table.name.utf8.count + 4)
        place.write(opaque: Array(table.name.utf8))
        place.write(opaque: key)
        return SHA256.hash(place.bytes, value.withUnsafeBytes { Array($0) }).bytes
            .prefix(byteCount)
    }

    private static func damaged(_ table: Table, _ number: UInt64) -> StoreError {
        RowName(table: table, number: number).damaged("the row's seal is that of something else")
    }
}
