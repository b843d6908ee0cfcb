import PresentationLanguage

/// ```
/// struct {
///     CredentialType credential_type;
///     select (Credential.credential_type) {
///         case basic: opaque identity<V>;
///         case x509:  Certificate certificates<V>;      // Certificate: opaque cert_data<V>
///     };
/// } Credential;
/// ```
/// RFC 9420 §5.3. The other registered credentials are one vector too, so that an unknown type is
/// read as `opaque<V>` and survives a round trip.
package enum Credential: TLSCodable, Hashable, Sendable {
    case basic(identity: [UInt8])
    case x509(certificates: [[UInt8]])
    case other(CredentialType, [UInt8])

    package var type: CredentialType {
        switch self {
        case .basic: .basic
        case .x509: .x509
        case .other(let type, _): type
        }
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        switch try CredentialType(from: &reader) {
        case .basic:
            self = .basic(identity: try reader.readOpaque())
        case .x509:
            self = .x509(certificates: try reader.readOpaqueList())
        case let type:
            self = .other(type, try reader.readOpaque())
        }
    }

    package func write(to writer: inout Writer) {
        type.write(to: &writer)
        switch self {
        case .basic(let identity):
            writer.write(opaque: identity)
        case .x509(let certificates):
            writer.write(opaqueList: certificates)
        case .other(_, let content):
            writer.write(opaque: content)
        }
    }
}
