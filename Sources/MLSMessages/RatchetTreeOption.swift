import PresentationLanguage

/// ```
/// struct {
///     RatchetTreeRepresentation representation;
///     select (RatchetTreeOption.representation) {
///         case full(1):                optional<Node> ratchet_tree<V>;
///         case httpsUri(2):            opaque url<V>; opaque tree_signature<V>;
///         case outOfBand(3):           opaque tree_signature<V>;
///         case distributionService(4): struct{};
///     };
/// } RatchetTreeOption;
/// ```
/// ratchet-tree-options §3: where the tree of a commit's new epoch can be had
package enum RatchetTreeOption: TLSCodable, Hashable, Sendable {
    case full(RatchetTreeNodes)
    case httpsURI(url: [UInt8], treeSignature: [UInt8])
    case outOfBand(treeSignature: [UInt8])
    case distributionService

    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        switch try reader.readUInt8() {
        case 1:
            self = .full(try RatchetTreeNodes(from: &reader))
        case 2:
            self = .httpsURI(url: try reader.readOpaque(), treeSignature: try reader.readOpaque())
        case 3:
            self = .outOfBand(treeSignature: try reader.readOpaque())
        case 4:
            self = .distributionService
        case let value:
            throw DecodingError(
                .invalidValue(field: "representation", value: UInt64(value)), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        switch self {
        case .full(let nodes):
            writer.write(UInt8(1))
            nodes.write(to: &writer)
        case .httpsURI(let url, let treeSignature):
            writer.write(UInt8(2))
            writer.write(opaque: url)
            writer.write(opaque: treeSignature)
        case .outOfBand(let treeSignature):
            writer.write(UInt8(3))
            writer.write(opaque: treeSignature)
        case .distributionService:
            writer.write(UInt8(4))
        }
    }
}
