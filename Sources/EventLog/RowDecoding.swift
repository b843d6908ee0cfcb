import LMDBStore
import PresentationLanguage

extension Reader {
    /// Reads the byte that says how the rest is to be read, and accepts one value only.
    mutating func readFormat(
        _ known: UInt8, of field: StaticName = Self.formatField
    ) throws(DecodingError) {
        let start = offset
        let found = try readUInt8()
        guard found == known else {
            throw DecodingError(.invalidValue(field: field, value: UInt64(found)), at: start)
        }
    }

    fileprivate static let formatField: StaticName = "format"
}

/// The row that is read, for errors.
struct RowName {
    let table: Table
    /// The global sequence or the room number it belongs to.
    let number: UInt64

    func damaged(_ what: String) -> StoreError {
        StoreError(.damaged(table: table.name, number: number, what: what))
    }

    /// Reads a value that fills the row exactly.
    func decode<T: TLSDecodable>(_ value: RawSpan, as type: T.Type) throws(StoreError) -> T {
        do {
            var reader = try Reader(value)
            let decoded = try T(from: &reader)
            try reader.finish()
            return decoded
        } catch {
            throw self.error(error)
        }
    }

    /// An unknown format is told apart from damage: a newer version may have written it.
    func error(_ error: DecodingError) -> StoreError {
        if case .invalidValue(let field, let value) = error.reason,
            [Reader.formatField, "codec"].contains(field)
        {
            return StoreError(.unknownFormat(of: "\(field) in \(table.name)", found: value))
        }
        return damaged(error.description)
    }
}
