import MLSMessages
import PresentationLanguage

/// ```
/// select (PendingProposalPolicy.strategy) {
///     case unspecified(0), immediate(1): struct{};
///     case random_delay(2): uint64 minimum_ms; uint64 maximum_ms;
///     default: ComponentID component;            // (H-16)
/// };
/// ```
/// room-policy §7.3
package enum PendingProposalPolicy: TLSCodable, Hashable, Sendable {
    case unspecified
    case immediate
    case randomDelay(minimum: UInt64, maximum: UInt64)
    case other(UInt8, ComponentID)

    package init(from reader: inout Reader) throws(DecodingError) {
        switch try reader.readUInt8() {
        case 0: self = .unspecified
        case 1: self = .immediate
        case 2:
            self = .randomDelay(
                minimum: try reader.readUInt64(), maximum: try reader.readUInt64())
        case let strategy: self = .other(strategy, try ComponentID(from: &reader))
        }
    }

    package func write(to writer: inout Writer) {
        switch self {
        case .unspecified: writer.write(UInt8(0))
        case .immediate: writer.write(UInt8(1))
        case .randomDelay(let minimum, let maximum):
            writer.write(UInt8(2))
            writer.write(minimum)
            writer.write(maximum)
        case .other(let strategy, let component):
            writer.write(strategy)
            component.write(to: &writer)
        }
    }
}
