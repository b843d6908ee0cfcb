import MLSMessages
import PresentationLanguage

/// ```
/// enum {
///     success(0), keyMaterialExhausted(1), nothingCompatible(2), (255)
/// } KeyMaterialClientCode;
///
/// struct {
///     KeyMaterialClientCode clientStatus;
///     IdentifierUri clientUri;      // opaque<V>
///     select (clientStatus) {
///         case success:              KeyPackage keyPackage;
///         case keyMaterialExhausted: struct{};
///         case nothingCompatible:    optional<Capabilities> clientCapabilities;
///     };
/// } ClientKeyMaterial;
/// ```
/// MIMI protocol §5.2
package struct ClientKeyMaterial: TLSCodable, Hashable, Sendable {
    package enum Status: Hashable, Sendable {
        indirect case success(KeyPackage)
        case keyMaterialExhausted
        indirect case nothingCompatible(Capabilities?)

        fileprivate var code: Code {
            switch self {
            case .success: .success
            case .keyMaterialExhausted: .keyMaterialExhausted
            case .nothingCompatible: .nothingCompatible
            }
        }
    }

    fileprivate enum Code: UInt8 {
        case success = 0
        case keyMaterialExhausted = 1
        case nothingCompatible = 2
    }

    package let clientURI: [UInt8]
    package let status: Status

    package init(clientURI: [UInt8], status: Status) {
        self.clientURI = clientURI
        self.status = status
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        let code: Code = try reader.readEnum("clientStatus")
        clientURI = try reader.readOpaque()
        switch code {
        case .success: status = .success(try KeyPackage(from: &reader))
        case .keyMaterialExhausted: status = .keyMaterialExhausted
        case .nothingCompatible: status = .nothingCompatible(try reader.readOptional())
        }
    }

    package func write(to writer: inout Writer) {
        writer.write(status.code.rawValue)
        writer.write(opaque: clientURI)
        switch status {
        case .success(let keyPackage): keyPackage.write(to: &writer)
        case .keyMaterialExhausted: break
        case .nothingCompatible(let capabilities): writer.write(optional: capabilities)
        }
    }
}
