import PresentationLanguage

/// ```
/// struct {
///     Optionality logging;
///     select (logging) {
///         case optional, required:
///             Uri logging_clients<V>; Uri machine_readable_policy; Uri human_readable_policy;
///     };
/// } LoggingPolicy;
/// ```
/// room-policy §6.5: the component `logging_policy`
package struct LoggingPolicy: TLSCodable, Hashable, Sendable {
    package struct Details: Hashable, Sendable {
        package let clients: [[UInt8]]
        package let machineReadable: [UInt8]
        package let humanReadable: [UInt8]
    }

    package let logging: Optionality
    /// Nil where logging is forbidden.
    package let details: Details?

    package init(from reader: inout Reader) throws(DecodingError) {
        logging = try Optionality(from: &reader)
        details =
            logging == .forbidden
            ? nil
            : Details(
                clients: try reader.readOpaqueList(), machineReadable: try reader.readOpaque(),
                humanReadable: try reader.readOpaque())
    }

    package func write(to writer: inout Writer) {
        logging.write(to: &writer)
        guard let details else { return }
        writer.write(opaqueList: details.clients)
        writer.write(opaque: details.machineReadable)
        writer.write(opaque: details.humanReadable)
    }
}
