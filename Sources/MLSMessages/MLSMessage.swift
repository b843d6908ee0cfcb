import PresentationLanguage

/// ```
/// struct {
///     ProtocolVersion version = mls10;
///     WireFormat wire_format;
///     select (MLSMessage.wire_format) {
///         case mls_public_message:  PublicMessage public_message;
///         case mls_private_message: PrivateMessage private_message;
///         case mls_welcome:         Welcome welcome;
///         case mls_group_info:      GroupInfo group_info;
///         case mls_key_package:     KeyPackage key_package;
///     };
/// } MLSMessage;
/// ```
/// RFC 9420 §6
package enum MLSMessage: TLSCodable, Hashable, Sendable {
    case publicMessage(PublicMessage)
    case privateMessage(PrivateMessage)
    case welcome(Welcome)
    case groupInfo(GroupInfo)
    case keyPackage(KeyPackage)

    package var wireFormat: WireFormat {
        switch self {
        case .publicMessage: .publicMessage
        case .privateMessage: .privateMessage
        case .welcome: .welcome
        case .groupInfo: .groupInfo
        case .keyPackage: .keyPackage
        }
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        let version = try ProtocolVersion(from: &reader)
        guard version == .mls10 else {
            throw DecodingError(
                .invalidValue(field: "version", value: UInt64(version.rawValue)), at: start)
        }
        switch try WireFormat(from: &reader) {
        case .publicMessage: self = .publicMessage(try PublicMessage(from: &reader))
        case .privateMessage: self = .privateMessage(try PrivateMessage(from: &reader))
        case .welcome: self = .welcome(try Welcome(from: &reader))
        case .groupInfo: self = .groupInfo(try GroupInfo(from: &reader))
        case .keyPackage: self = .keyPackage(try KeyPackage(from: &reader))
        case let format:
            throw DecodingError(
                .invalidValue(field: "wire_format", value: UInt64(format.rawValue)), at: start + 2)
        }
    }

    package func write(to writer: inout Writer) {
        ProtocolVersion.mls10.write(to: &writer)
        wireFormat.write(to: &writer)
        switch self {
        case .publicMessage(let message): message.write(to: &writer)
        case .privateMessage(let message): message.write(to: &writer)
        case .welcome(let welcome): welcome.write(to: &writer)
        case .groupInfo(let groupInfo): groupInfo.write(to: &writer)
        case .keyPackage(let keyPackage): keyPackage.write(to: &writer)
        }
    }
}
