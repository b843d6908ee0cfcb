import PresentationLanguage

/// ```
/// struct {
///     Optionality delivery_notifications;
///     Optionality read_receipts;
/// } StatusNotificationPolicy;
/// ```
/// room-policy §6.1: the component `status_notification_policy`
package struct StatusNotificationPolicy: TLSCodable, Hashable, Sendable {
    package let delivery: Optionality
    package let read: Optionality

    package init(from reader: inout Reader) throws(DecodingError) {
        delivery = try Optionality(from: &reader)
        read = try Optionality(from: &reader)
    }

    package func write(to writer: inout Writer) {
        delivery.write(to: &writer)
        read.write(to: &writer)
    }
}

/// ```
/// struct {
///     bool on_request;
///     Uri join_link;
///     bool multiuser;
///     uint32 expiration;                         // seconds
/// } JoinLinkPolicy;
/// ```
/// room-policy §6.2: the component `join_link_policy`
package struct JoinLinkPolicy: TLSCodable, Hashable, Sendable {
    package let onRequest: Bool
    package let link: [UInt8]
    package let isMultiuser: Bool
    package let expiration: UInt32

    package init(from reader: inout Reader) throws(DecodingError) {
        onRequest = try Bool(from: &reader)
        link = try reader.readOpaque()
        isMultiuser = try Bool(from: &reader)
        expiration = try reader.readUInt32()
    }

    package func write(to writer: inout Writer) {
        onRequest.write(to: &writer)
        writer.write(opaque: link)
        isMultiuser.write(to: &writer)
        writer.write(expiration)
    }
}

/// ```
/// struct {
///     Optionality autodetect;                    // not required
///     Optionality send;
///     Optionality automatic;
///     Optionality proxy_use;
///     select (proxy_use) { case optional, required: Uri proxies<V>; };
/// } LinkPreviewPolicy;
/// ```
/// room-policy §6.3: the component `link_preview_policy`
package struct LinkPreviewPolicy: TLSCodable, Hashable, Sendable {
    package let autodetect: Optionality
    package let send: Optionality
    package let automatic: Optionality
    package let proxyUse: Optionality
    package let proxies: [[UInt8]]

    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        autodetect = try Optionality(from: &reader)
        guard autodetect != .required else {
            throw DecodingError(.invalidValue(field: "autodetect", value: 1), at: start)
        }
        send = try Optionality(from: &reader)
        automatic = try Optionality(from: &reader)
        proxyUse = try Optionality(from: &reader)
        proxies = proxyUse == .forbidden ? [] : try reader.readOpaqueList()
    }

    package func write(to writer: inout Writer) {
        autodetect.write(to: &writer)
        send.write(to: &writer)
        automatic.write(to: &writer)
        proxyUse.write(to: &writer)
        if proxyUse != .forbidden { writer.write(opaqueList: proxies) }
    }
}

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
