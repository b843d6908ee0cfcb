import PresentationLanguage

/// ```
/// enum { success(0), wrongEpoch(1), notAllowed(2), invalidProposal(3), (255) } UpdateResponseCode;
///
/// struct {
///     UpdateResponseCode responseCode;
///     opaque errorDescription<V>;
///     select (responseCode) {
///         case success:         uint64 acceptedTimestamp;
///         case wrongEpoch:      uint64 currentEpoch;
///         case invalidProposal: ProposalRef invalidProposals<V>;      // opaque<V>
///         case notAllowed:      struct{};
///     };
/// } UpdateRoomResponse;
/// ```
/// MIMI protocol §5.3
package enum UpdateRoomResponse: TLSCodable, Hashable, Sendable {
    case success(acceptedMs: UInt64)
    case wrongEpoch(String, currentEpoch: UInt64)
    case notAllowed(String)
    /// Inline proposals have no reference, and are named in the description (H-20).
    case invalidProposal(String, [[UInt8]])

    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        let code = try reader.readUInt8()
        let description = try reader.readOpaque()
        // Text that would be written otherwise than it was read; success has none.
        guard let text = String(validating: description, as: UTF8.self),
            code != 0 || text.isEmpty
        else {
            throw DecodingError(
                .invalidValue(field: "errorDescription", value: UInt64(description.count)),
                at: start + 1)
        }
        switch code {
        case 0: self = .success(acceptedMs: try reader.readUInt64())
        case 1: self = .wrongEpoch(text, currentEpoch: try reader.readUInt64())
        case 2: self = .notAllowed(text)
        case 3: self = .invalidProposal(text, try reader.readOpaqueList())
        default:
            throw DecodingError(
                .invalidValue(field: "responseCode", value: UInt64(code)), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        switch self {
        case .success(let time):
            writer.write(UInt8(0))
            writer.write(opaque: [])
            writer.write(time)
        case .wrongEpoch(let text, let epoch):
            writer.write(UInt8(1))
            writer.write(opaque: Array(text.utf8))
            writer.write(epoch)
        case .notAllowed(let text):
            writer.write(UInt8(2))
            writer.write(opaque: Array(text.utf8))
        case .invalidProposal(let text, let references):
            writer.write(UInt8(3))
            writer.write(opaque: Array(text.utf8))
            writer.write(opaqueList: references)
        }
    }
}
