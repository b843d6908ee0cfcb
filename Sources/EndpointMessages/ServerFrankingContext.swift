import PresentationLanguage

/// ```
/// struct {
///     opaque sender_uri<V>;
///     opaque room_uri<V>;
///     uint64 accepted_timestamp;
/// } ServerFrankingContext;
/// ```
/// MIMI protocol §5.4.1: what a frank binds to the franking tag of the message
package struct ServerFrankingContext: TLSCodable, Hashable, Sendable {
    package let senderURI: [UInt8]
    package let roomURI: [UInt8]
    package let acceptedTimestamp: UInt64

    package init(senderURI: [UInt8], roomURI: [UInt8], acceptedTimestamp: UInt64) {
        self.senderURI = senderURI
        self.roomURI = roomURI
        self.acceptedTimestamp = acceptedTimestamp
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        senderURI = try reader.readOpaque()
        roomURI = try reader.readOpaque()
        acceptedTimestamp = try reader.readUInt64()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: senderURI)
        writer.write(opaque: roomURI)
        writer.write(acceptedTimestamp)
    }
}
