import PresentationLanguage

/// What a record is about: the evidence, and the events it caused.
///
/// ```
/// struct {
///     opaque source<V>;       // domain of the provider it came from; empty: the hub itself
///     opaque evidence<V>;     // the bytes of the request as they were received
///     Event events<V>;
/// } Payload;
/// ```
package struct Payload: Hashable, Sendable {
    /// Bytes of the longest encoding.
    package static let limit = DecodingLimits.standard.size

    package var source: [UInt8]
    package var evidence: [UInt8]
    package var events: [Event]

    package init(source: [UInt8], evidence: [UInt8], events: [Event]) {
        self.source = source
        self.evidence = evidence
        self.events = events
    }

    /// Bytes of the content, a little less than the encoding; the measure that is safe to take
    /// before encoding.
    var contentSize: Int {
        events.reduce(source.count + evidence.count) { $0 + $1.body.count + 5 }
    }
}

/// One typed event; what type, schema and body mean belongs to the caller.
///
/// ```
/// struct {
///     uint16 type;
///     uint16 schema;
///     opaque body<V>;
/// } Event;
/// ```
package struct Event: Hashable, Sendable {
    package var type: UInt16
    package var schema: UInt16
    package var body: [UInt8]

    package init(type: UInt16, schema: UInt16, body: [UInt8]) {
        self.type = type
        self.schema = schema
        self.body = body
    }
}

extension Payload: TLSCodable {
    package init(from reader: inout Reader) throws(DecodingError) {
        source = try reader.readOpaque()
        evidence = try reader.readOpaque()
        events = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: source)
        writer.write(opaque: evidence)
        writer.write(list: events)
    }
}

extension Event: TLSCodable {
    package init(from reader: inout Reader) throws(DecodingError) {
        type = try reader.readUInt16()
        schema = try reader.readUInt16()
        body = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        writer.write(type)
        writer.write(schema)
        writer.write(opaque: body)
    }
}
