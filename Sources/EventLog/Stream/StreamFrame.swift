import MLSCrypto
import PresentationLanguage

/// One part of a stream. The layout is drawn in `docs/streams.md`.
///
/// ```
/// enum { header(1), room(2), record(3), status(4), row(5), end(6) } FrameType;
/// ```
package enum StreamFrame: Hashable, Sendable {
    /// First.
    case header(StreamHeader)
    /// Before the first record of a room.
    case room(StreamedRoom)
    case record(StreamedRecord)
    /// After all records, for each room that has one in the stream, by number.
    case status(StreamedStatus)
    /// After the statuses, the rows beside the log, by table and key.
    case row(StreamedRow)
    /// Last; what follows it in the frame is the digest.
    case end(Head)

    enum Kind: UInt8 {
        case header = 1
        case room, record, status, row, end
    }

    /// Bytes of the longest body.
    static let limit = 2 * Payload.limit

    var kind: Kind {
        switch self {
        case .header: .header
        case .room: .room
        case .record: .record
        case .status: .status
        case .row: .row
        case .end: .end
        }
    }

    /// The body; of an end, without the digest.
    var body: [UInt8] {
        switch self {
        case .header(let header): header.encoded
        case .room(let room): room.encoded
        case .record(let record): record.encoded
        case .status(let status): status.encoded
        case .row(let row): row.encoded
        case .end(let head): head.encoded
        }
    }

    init(_ kind: Kind, body: [UInt8]) throws(DecodingError) {
        let limits = DecodingLimits(depth: DecodingLimits.standard.depth, size: Self.limit)
        self =
            switch kind {
            case .header: .header(try StreamHeader(parsing: body, limits: limits))
            case .room: .room(try StreamedRoom(parsing: body, limits: limits))
            case .record: .record(try StreamedRecord(parsing: body, limits: limits))
            case .status: .status(try StreamedStatus(parsing: body, limits: limits))
            case .row: .row(try StreamedRow(parsing: body, limits: limits))
            case .end: .end(try Head(parsing: body, limits: limits))
            }
    }
}

/// ```
/// struct {
///     opaque origin<V>;          // of the log, UTF-8
///     opaque uuid[16];           // of the store
///     uint8 has_rows;            // 0 or 1: whether the rows beside the log are in the stream
///     Head before;               // of the log without the stream's records
/// } StreamHeader;
/// ```
package struct StreamHeader: TLSCodable, Hashable, Sendable {
    package let origin: String
    package let uuid: [UInt8]
    package let hasRows: Bool
    package let before: Head

    init(_ meta: Meta, hasRows: Bool, before: Head) {
        origin = meta.origin
        uuid = meta.uuid
        self.hasRows = hasRows
        self.before = before
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        let text = try reader.readOpaque()
        guard let origin = String(validating: text, as: UTF8.self) else {
            throw DecodingError(
                .invalidValue(field: "origin", value: UInt64(text.count)), at: start)
        }
        self.origin = origin
        uuid = try reader.readBytes(count: 16)
        hasRows = try Bool(from: &reader)
        before = try Head(from: &reader)
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: origin.utf8)
        writer.write(bytes: uuid)
        hasRows.write(to: &writer)
        before.write(to: &writer)
    }
}

/// ```
/// struct {
///     uint64 number;
///     opaque uri<V>;             // empty for number 0, the hub itself
/// } StreamedRoom;
/// ```
package struct StreamedRoom: TLSCodable, Hashable, Sendable {
    let number: UInt64
    let uri: [UInt8]

    init(number: UInt64, uri: [UInt8]) {
        self.number = number
        self.uri = uri
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        number = try reader.readUInt64()
        uri = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        writer.write(number)
        writer.write(opaque: uri)
    }
}

/// ```
/// enum { stored(0), redacted(1) } PayloadKind;
///
/// struct {
///     Envelope envelope;                     // 146 bytes
///     optional<Digest32> request;            // that the record answered
///     PayloadKind kind;
///     select (kind) {
///         case stored:
///             opaque salt[32];
///             uint8 codec = 0;               // plain
///             opaque payload<V>;
///         case redacted:
///             uint64 record;                 // that says why the payload is gone
///     };
/// } StreamedRecord;
/// ```
package struct StreamedRecord: TLSCodable, Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        case stored(salt: [UInt8], payload: [UInt8])
        case redacted(by: UInt64)
    }

    package let envelope: Envelope
    package let request: Digest32?
    package let content: Content

    init(envelope: Envelope, request: Digest32?, content: Content) {
        self.envelope = envelope
        self.request = request
        self.content = content
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        envelope = try Envelope(from: &reader)
        request = try reader.readOptional()
        let start = reader.offset
        switch try reader.readUInt8() {
        case 0:
            let salt = try reader.readBytes(count: PayloadChunks.saltByteCount)
            try reader.readFormat(PayloadChunks.plainCodec, of: "codec")
            content = .stored(salt: salt, payload: try reader.readOpaque())
        case 1:
            content = .redacted(by: try reader.readUInt64())
        case let kind:
            throw DecodingError(
                .invalidValue(field: "payload kind", value: UInt64(kind)), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        envelope.write(to: &writer)
        writer.write(optional: request)
        switch content {
        case .stored(let salt, let payload):
            writer.write(UInt8(0))
            writer.write(bytes: salt)
            writer.write(PayloadChunks.plainCodec)
            writer.write(opaque: payload)
        case .redacted(let record):
            writer.write(UInt8(1))
            writer.write(record)
        }
    }
}

/// ```
/// struct {
///     uint64 room;
///     uint8 status;              // after the last record of the room in the stream
/// } StreamedStatus;
/// ```
package struct StreamedStatus: TLSCodable, Hashable, Sendable {
    let room: UInt64
    let status: UInt8

    init(room: UInt64, status: UInt8) {
        self.room = room
        self.status = status
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        room = try reader.readUInt64()
        status = try reader.readUInt8()
    }

    package func write(to writer: inout Writer) {
        writer.write(room)
        writer.write(status)
    }
}

/// ```
/// struct {
///     opaque table<V>;           // its name
///     opaque key<V>;
///     opaque value<V>;
/// } StreamedRow;
/// ```
package struct StreamedRow: TLSCodable, Hashable, Sendable {
    let table: [UInt8]
    let key: [UInt8]
    let value: [UInt8]

    init(table: [UInt8], key: [UInt8], value: [UInt8]) {
        self.table = table
        self.key = key
        self.value = value
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        table = try reader.readOpaque()
        key = try reader.readOpaque()
        value = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: table)
        writer.write(opaque: key)
        writer.write(opaque: value)
    }
}
