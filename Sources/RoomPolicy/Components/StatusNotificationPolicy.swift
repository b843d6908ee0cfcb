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
