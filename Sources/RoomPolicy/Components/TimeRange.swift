import PresentationLanguage

/// ```
/// struct {
///     uint64 minimum;
///     uint64 default;
///     uint64 maximum;
/// } MinDefaultMaxTime;
/// ```
/// room-policy §7
package struct TimeRange: TLSCodable, Hashable, Sendable {
    package var minimum: UInt64 = 0
    package var usual: UInt64 = 0
    package var maximum: UInt64 = 0

    package init() {}

    package init(from reader: inout Reader) throws(DecodingError) {
        minimum = try reader.readUInt64()
        usual = try reader.readUInt64()
        maximum = try reader.readUInt64()
    }

    package func write(to writer: inout Writer) {
        writer.write(minimum)
        writer.write(usual)
        writer.write(maximum)
    }
}
