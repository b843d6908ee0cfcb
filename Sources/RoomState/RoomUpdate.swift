import EndpointMessages
import MLSMessages
import PresentationLanguage
import RoomPolicy

/// An update as received, with what the hub knew beside it: all that a decision takes but the time.
package struct RoomUpdate: Hashable, Sendable {
    package enum Authority: UInt8, Sendable {
        /// Whoever signed it.
        case sender = 0
        /// A duty of the hub (H-42): the policy does not count.
        case duty = 1
    }

    /// The domain of the provider that sent it.
    package let source: Text
    /// A ``HandshakeBundle``, encoded.
    package let bundle: [UInt8]
    /// The role of the join code that the sender gave to get the GroupInfo.
    package let codeRole: UInt32?
    package let authority: Authority
    /// The rooms that were looked at as parents.
    package let parents: [ParentReading]
    /// ``bundle``, where somebody has read it already.
    package let read: HandshakeBundle?

    package init(
        from source: String, _ bundle: [UInt8], codeRole: UInt32? = nil,
        authority: Authority = .sender, parents: [ParentReading] = [], read: HandshakeBundle? = nil
    ) {
        self.source = Text(source)
        self.bundle = bundle
        self.codeRole = codeRole
        self.authority = authority
        self.parents = parents
        self.read = read
    }

    /// The same update with what the hub knows beside it: the role of the sender's join code, and the
    /// rooms that it looked at as parents.
    package func with(
        codeRole: UInt32?, parents: [ParentReading], read: HandshakeBundle?
    ) -> RoomUpdate {
        RoomUpdate(
            from: source.description, bundle, codeRole: codeRole, authority: authority,
            parents: parents, read: read)
    }
}

/// ```
/// struct {
///     opaque bundle<V>;                          // HandshakeBundle
///     optional<uint32> code_role;
///     uint8 authority;
///     ParentReading parents<V>;
/// } UpdateEvidence;
/// ```
/// What a record keeps of an update; the source stands beside it. A full ratchet tree in the bundle is
/// left empty there: it was the one that the commit produces, so that replaying gives it back.
extension RoomUpdate {
    package var evidence: [UInt8] {
        var writer = Writer()
        writer.write(opaque: bundleWithoutTree)
        writer.write(optional: codeRole)
        writer.write(authority.rawValue)
        writer.write(list: parents)
        return writer.bytes
    }

    package init(source: [UInt8], evidence: [UInt8]) throws(DecodingError) {
        var reader = try Reader(evidence.span.bytes)
        let bundle = try reader.readOpaque()
        let codeRole: UInt32? = try reader.readOptional()
        let authority: Authority = try reader.readEnum("authority")
        let parents: [ParentReading] = try reader.readList()
        try reader.finish()
        self.init(
            from: String(decoding: source, as: UTF8.self), bundle, codeRole: codeRole,
            authority: authority, parents: parents)
    }

    private var bundleWithoutTree: [UInt8] {
        guard let read = read ?? (try? HandshakeBundle(parsing: bundle)),
            case .commit(let welcome, let groupInfo, .full) = read.rest
        else { return bundle }
        let empty = RatchetTreeOption.full(RatchetTreeNodes([]))
        return HandshakeBundle(read.message, .commit(welcome, groupInfo, empty)).encoded
    }
}
