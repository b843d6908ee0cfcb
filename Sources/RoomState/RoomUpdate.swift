import MLSMessages
import PresentationLanguage
import RoomPolicy

/// ```
/// struct {
///     opaque source<V>;                          // the domain of the provider that sent it
///     opaque bundle<V>;                          // HandshakeBundle
///     optional<uint32> code_role;
///     uint8 authority;
/// } RoomUpdate;
/// ```
/// An update as received, with what the hub knew beside it: all that a decision takes but the time.
package struct RoomUpdate: TLSCodable, Hashable, Sendable {
    package enum Authority: UInt8, Sendable {
        /// Whoever signed it.
        case sender = 0
        /// A duty of the hub (H-42): the policy does not count.
        case duty = 1
    }

    package let source: Text
    package let bundle: [UInt8]
    /// The role of the join code that the sender gave to get the GroupInfo.
    package let codeRole: UInt32?
    package let authority: Authority

    package init(
        from source: String, _ bundle: [UInt8], codeRole: UInt32? = nil,
        authority: Authority = .sender
    ) {
        self.source = Text(source)
        self.bundle = bundle
        self.codeRole = codeRole
        self.authority = authority
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        source = try Text(from: &reader)
        bundle = try reader.readOpaque()
        codeRole = try reader.readOptional()
        authority = try reader.readEnum("authority")
    }

    package func write(to writer: inout Writer) {
        source.write(to: &writer)
        writer.write(opaque: bundle)
        writer.write(optional: codeRole)
        writer.write(authority.rawValue)
    }
}
