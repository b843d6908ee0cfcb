import PresentationLanguage

/// ```
/// enum { accepted(0), notAllowed(1), epochTooOld(2), (255) } SubmitResponseCode;
///
/// struct {
///     Protocol protocol = mls10;
///     SubmitResponseCode statusCode;
///     select (statusCode) {
///         case accepted:    uint64 accepted_timestamp; optional<Frank> frank;
///         case notAllowed:  struct{};
///         case epochTooOld: uint64 currentEpoch;
///     };
/// } SubmitMessageResponse;
/// ```
/// MIMI protocol §5.4, with time in milliseconds since the Unix epoch. The draft also calls the
/// first code `success` (H-19).
package enum SubmitMessageResponse: TLSCodable, Hashable, Sendable {
    case accepted(acceptedTimestamp: UInt64, frank: Frank?)
    case notAllowed
    case epochTooOld(currentEpoch: UInt64)

    package init(from reader: inout Reader) throws(DecodingError) {
        _ = try EndToEndProtocol(from: &reader)
        let start = reader.offset
        switch try reader.readUInt8() {
        case 0:
            self = .accepted(
                acceptedTimestamp: try reader.readUInt64(), frank: try reader.readOptional())
        case 1:
            self = .notAllowed
        case 2:
            self = .epochTooOld(currentEpoch: try reader.readUInt64())
        case let value:
            throw DecodingError(.invalidValue(field: "statusCode", value: UInt64(value)), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        EndToEndProtocol.mls10.write(to: &writer)
        switch self {
        case .accepted(let time, let frank):
            writer.write(UInt8(0))
            writer.write(time)
            writer.write(optional: frank)
        case .notAllowed:
            writer.write(UInt8(1))
        case .epochTooOld(let epoch):
            writer.write(UInt8(2))
            writer.write(epoch)
        }
    }
}
