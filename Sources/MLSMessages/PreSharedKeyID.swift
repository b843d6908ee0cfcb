import PresentationLanguage

/// ```
/// struct {
///     PSKType psktype;
///     select (PreSharedKeyID.psktype) {
///         case external:    opaque psk_id<V>;
///         case resumption:  ResumptionPSKUsage usage; opaque psk_group_id<V>; uint64 psk_epoch;
///         case application: ComponentID component_id; opaque psk_id<V>;
///     };
///     opaque psk_nonce<V>;
/// } PreSharedKeyID;
/// ```
/// RFC 9420 §8.4; `application` is of mls-extensions §4.5.
package struct PreSharedKeyID: TLSCodable, Hashable, Sendable {
    package enum Usage: UInt8, Sendable {
        case application = 1
        case reInit = 2
        case branch = 3
    }

    package enum Key: Hashable, Sendable {
        case external(id: [UInt8])
        case resumption(usage: Usage, groupID: [UInt8], epoch: UInt64)
        case application(ComponentID, id: [UInt8])
    }

    package let key: Key
    package let nonce: [UInt8]

    package init(key: Key, nonce: [UInt8]) {
        self.key = key
        self.nonce = nonce
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        switch try reader.readUInt8() {
        case 1:
            key = .external(id: try reader.readOpaque())
        case 2:
            key = .resumption(
                usage: try reader.readEnum("usage"), groupID: try reader.readOpaque(),
                epoch: try reader.readUInt64())
        case 3:
            key = .application(try ComponentID(from: &reader), id: try reader.readOpaque())
        case let value:
            throw DecodingError(.invalidValue(field: "psktype", value: UInt64(value)), at: start)
        }
        nonce = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        switch key {
        case .external(let id):
            writer.write(UInt8(1))
            writer.write(opaque: id)
        case .resumption(let usage, let groupID, let epoch):
            writer.write(UInt8(2))
            writer.write(usage.rawValue)
            writer.write(opaque: groupID)
            writer.write(epoch)
        case .application(let component, let id):
            writer.write(UInt8(3))
            component.write(to: &writer)
            writer.write(opaque: id)
        }
        writer.write(opaque: nonce)
    }
}
