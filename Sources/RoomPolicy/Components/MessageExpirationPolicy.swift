import PresentationLanguage

/// ```
/// struct {
///     Optionality expiring_messages;
///     select (expiring_messages) {
///         case optional, required:
///             uint32 min_expiration; uint32 max_expiration; optional<uint32> default_expiration;
///     };
/// } MessageExpirationPolicy;
/// ```
/// room-policy §6.8: the component `message_expiration_policy`
package struct MessageExpirationPolicy: TLSCodable, Hashable, Sendable {
    /// In seconds.
    package struct Details: Hashable, Sendable {
        package let minimum: UInt32
        package let maximum: UInt32
        package let usual: UInt32?
    }

    package let expiration: Optionality
    /// Nil where messages must not expire.
    package let details: Details?

    package init(from reader: inout Reader) throws(DecodingError) {
        expiration = try Optionality(from: &reader)
        details =
            expiration == .forbidden
            ? nil
            : Details(
                minimum: try reader.readUInt32(), maximum: try reader.readUInt32(),
                usual: try reader.readOptional())
    }

    package func write(to writer: inout Writer) {
        expiration.write(to: &writer)
        guard let details else { return }
        writer.write(details.minimum)
        writer.write(details.maximum)
        writer.write(optional: details.usual)
    }
}
