import PresentationLanguage

/// ```
/// struct {
///     ProposalOrRef proposals<V>;
///     optional<UpdatePath> path;
/// } Commit;
/// ```
/// RFC 9420 §12.4
package struct Commit: TLSCodable, Hashable, Sendable {
    package var proposals: [ProposalOrRef]
    package var path: UpdatePath?

    package init(proposals: [ProposalOrRef], path: UpdatePath?) {
        self.proposals = proposals
        self.path = path
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        proposals = try reader.readList()
        path = try reader.readOptional()
    }

    package func write(to writer: inout Writer) {
        writer.write(list: proposals)
        writer.write(optional: path)
    }
}

/// ```
/// struct {
///     ProposalOrRefType type;
///     select (ProposalOrRef.type) {
///         case proposal:  Proposal proposal;
///         case reference: ProposalRef reference;      // opaque<V>
///     };
/// } ProposalOrRef;
/// ```
/// RFC 9420 §12.4
package enum ProposalOrRef: TLSCodable, Hashable, Sendable {
    case proposal(Proposal)
    case reference([UInt8])

    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        switch try reader.readUInt8() {
        case 1: self = .proposal(try Proposal(from: &reader))
        case 2: self = .reference(try reader.readOpaque())
        case let value:
            throw DecodingError(
                .invalidValue(field: "ProposalOrRef.type", value: UInt64(value)), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        switch self {
        case .proposal(let proposal):
            writer.write(UInt8(1))
            proposal.write(to: &writer)
        case .reference(let reference):
            writer.write(UInt8(2))
            writer.write(opaque: reference)
        }
    }
}
