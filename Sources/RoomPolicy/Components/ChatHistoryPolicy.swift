import PresentationLanguage

/// ```
/// struct {
///     Optionality history_sharing;
///     select (history_sharing) {
///         case optional, required:
///             uint32 roles_that_can_share<V>; bool automatically_share; uint32 max_time_period;
///     };
/// } ChatHistoryPolicy;
/// ```
/// room-policy §6.6: the component `chat_history_policy`
package struct ChatHistoryPolicy: TLSCodable, Hashable, Sendable {
    package struct Details: Hashable, Sendable {
        package let roles: [UInt32]
        package let isAutomatic: Bool
        /// In seconds.
        package let maximumPeriod: UInt32
    }

    package let sharing: Optionality
    /// Nil where sharing is forbidden.
    package let details: Details?

    package init(from reader: inout Reader) throws(DecodingError) {
        sharing = try Optionality(from: &reader)
        details =
            sharing == .forbidden
            ? nil
            : Details(
                roles: try reader.readList(), isAutomatic: try Bool(from: &reader),
                maximumPeriod: try reader.readUInt32())
    }

    package func write(to writer: inout Writer) {
        sharing.write(to: &writer)
        guard let details else { return }
        writer.write(list: details.roles)
        details.isAutomatic.write(to: &writer)
        writer.write(details.maximumPeriod)
    }
}
