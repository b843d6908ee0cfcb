extension Reader {
    /// Reads the byte that says how the rest is to be read, and accepts one value only.
    package mutating func readFormat(
        _ known: UInt8, of field: StaticName = Self.formatField
    ) throws(DecodingError) {
        let start = offset
        let found = try readUInt8()
        guard found == known else {
            throw DecodingError(.invalidValue(field: field, value: UInt64(found)), at: start)
        }
    }

    package static let formatField: StaticName = "format"
}
