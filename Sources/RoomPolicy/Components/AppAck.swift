import PresentationLanguage

/// ```
/// struct {
///     uint32 sender;
///     uint32 first_generation;
///     uint32 last_generation;
/// } MessageRange;
///
/// MessageRange received_ranges<V>;
/// ```
/// mls-extensions §6.1: the content of an AppEphemeral of the component `app_ack`
package struct AppAck: TLSCodable, Hashable, Sendable {
    package struct Range: TLSCodable, Hashable, Sendable {
        package let sender: UInt32
        package let first: UInt32
        package let last: UInt32

        package init(from reader: inout Reader) throws(DecodingError) {
            sender = try reader.readUInt32()
            first = try reader.readUInt32()
            last = try reader.readUInt32()
        }

        package func write(to writer: inout Writer) {
            writer.write(sender)
            writer.write(first)
            writer.write(last)
        }
    }

    package let ranges: [Range]

    package init(from reader: inout Reader) throws(DecodingError) {
        ranges = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        writer.write(list: ranges)
    }
}
