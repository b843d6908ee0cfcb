import PresentationLanguage

/// ```
/// struct {
///     uint64 first;
///     uint64 last;
/// } RedactedPlaces;
/// ```
/// The roomSeqs of records whose payloads were taken away.
package struct RedactedPlaces: TLSCodable, Hashable, Sendable {
    package let places: ClosedRange<UInt64>

    package init(_ places: ClosedRange<UInt64>) {
        self.places = places
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        let first = try reader.readUInt64()
        let offset = reader.offset
        let last = try reader.readUInt64()
        guard first <= last else {
            throw DecodingError(.invalidValue(field: "last", value: last), at: offset)
        }
        places = first...last
    }

    package func write(to writer: inout Writer) {
        writer.write(places.lowerBound)
        writer.write(places.upperBound)
    }
}
