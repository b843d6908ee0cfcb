import LMDBStore
import PresentationLanguage

/// The row that is read, for errors.
struct RowName {
    let table: Table
    /// The global sequence or the room number it belongs to.
    let number: UInt64

    func damaged(_ what: String) -> StoreError {
        StoreError(.damaged(table: table.name, number: number, what: what))
    }

    /// Reads a value that fills the row exactly.
    func decode<T: TLSDecodable>(
        _ value: RawSpan, as type: T.Type, limits: DecodingLimits = .standard
    ) throws(StoreError) -> T {
        do {
            var reader = try Reader(value, limits: limits)
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
