import PresentationLanguage

/// ```
/// struct {
///     ProposalType proposal_type;
///     select (Proposal.proposal_type) {
///         case add:                      KeyPackage key_package;
///         case update:                   LeafNode leaf_node;
///         case remove:                   uint32 removed;
///         case psk:                      PreSharedKeyID psk;
///         case reinit:                   ReInit;
///         case external_init:            opaque kem_output<V>;
///         case group_context_extensions: Extension extensions<V>;
///         case app_data_update:          AppDataUpdate;
///         case app_ephemeral:            AppEphemeral;
///         case self_remove:              struct{};
///     };
/// } Proposal;
/// ```
/// RFC 9420 §12.1 and mls-extensions §7.2. A type without a name here is read as one `opaque<V>`,
/// the shape that other implementations give their own proposals, and survives a round trip.
package enum Proposal: TLSCodable, Hashable, Sendable {
    indirect case add(KeyPackage)
    indirect case update(LeafNode)
    case remove(leaf: UInt32)
    indirect case psk(PreSharedKeyID)
    indirect case reInit(ReInit)
    case externalInit(kemOutput: [UInt8])
    case groupContextExtensions([Extension])
    indirect case appDataUpdate(AppDataUpdate)
    case appEphemeral(AppEphemeral)
    case selfRemove
    case other(ProposalType, [UInt8])

    package var type: ProposalType {
        switch self {
        case .add: .add
        case .update: .update
        case .remove: .remove
        case .psk: .psk
        case .reInit: .reInit
        case .externalInit: .externalInit
        case .groupContextExtensions: .groupContextExtensions
        case .appDataUpdate: .appDataUpdate
        case .appEphemeral: .appEphemeral
        case .selfRemove: .selfRemove
        case .other(let type, _): type
        }
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        switch try ProposalType(from: &reader) {
        case .add: self = .add(try KeyPackage(from: &reader))
        case .update: self = .update(try LeafNode(from: &reader))
        case .remove: self = .remove(leaf: try reader.readUInt32())
        case .psk: self = .psk(try PreSharedKeyID(from: &reader))
        case .reInit: self = .reInit(try ReInit(from: &reader))
        case .externalInit: self = .externalInit(kemOutput: try reader.readOpaque())
        case .groupContextExtensions: self = .groupContextExtensions(try reader.readList())
        case .appDataUpdate: self = .appDataUpdate(try AppDataUpdate(from: &reader))
        case .appEphemeral: self = .appEphemeral(try AppEphemeral(from: &reader))
        case .selfRemove: self = .selfRemove
        case let type: self = .other(type, try reader.readOpaque())
        }
    }

    package func write(to writer: inout Writer) {
        type.write(to: &writer)
        switch self {
        case .add(let keyPackage): keyPackage.write(to: &writer)
        case .update(let leaf): leaf.write(to: &writer)
        case .remove(let leaf): writer.write(leaf)
        case .psk(let psk): psk.write(to: &writer)
        case .reInit(let reInit): reInit.write(to: &writer)
        case .externalInit(let kemOutput): writer.write(opaque: kemOutput)
        case .groupContextExtensions(let extensions): writer.write(list: extensions)
        case .appDataUpdate(let update): update.write(to: &writer)
        case .appEphemeral(let ephemeral): ephemeral.write(to: &writer)
        case .selfRemove: break
        case .other(_, let content): writer.write(opaque: content)
        }
    }
}
