import PresentationLanguage

/// ```
/// enum { invalid(0), update(1), remove(2), (255) } AppDataUpdateOperation;
///
/// struct {
///     ComponentID component_id;
///     AppDataUpdateOperation op;
///     select (AppDataUpdate.op) {
///         case update: opaque update<V>;
///         case remove: struct{};
///     };
/// } AppDataUpdate;
/// ```
/// mls-extensions §4.7
package struct AppDataUpdate: TLSCodable, Hashable, Sendable {
    package enum Operation: Hashable, Sendable {
        case update([UInt8])
        case remove
    }

    package let component: ComponentID
    package let operation: Operation

    package init(_ component: ComponentID, _ operation: Operation) {
        self.component = component
        self.operation = operation
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        component = try ComponentID(from: &reader)
        let start = reader.offset
        switch try reader.readUInt8() {
        case 1: operation = .update(try reader.readOpaque())
        case 2: operation = .remove
        case let value:
            throw DecodingError(.invalidValue(field: "op", value: UInt64(value)), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        component.write(to: &writer)
        switch operation {
        case .update(let payload):
            writer.write(UInt8(1))
            writer.write(opaque: payload)
        case .remove:
            writer.write(UInt8(2))
        }
    }
}
