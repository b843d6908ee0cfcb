import PresentationLanguage

/// How the provider of a user answers for all clients of that user.
///
/// MIMI protocol §5.2
package enum KeyMaterialUserCode: UInt8, Hashable, Sendable {
    case success = 0
    case partialSuccess = 1
    case incompatibleProtocol = 2
    case noCompatibleMaterial = 3
    case userUnknown = 4
    case noConsent = 5
    case noConsentForThisRoom = 6
    case userDeleted = 7
}

/// ```
/// struct {
///     Protocol protocol = mls10;
///     KeyMaterialUserCode userStatus;
///     IdentifierUri userUri;      // opaque<V>
///     ClientKeyMaterial clients<V>;
/// } KeyMaterialResponse;
/// ```
/// MIMI protocol §5.2. As read the list may hold clients whatever the code: whether they belong to
/// it is for the rules to say.
package struct KeyMaterialResponse: TLSCodable, Hashable, Sendable {
    package let userStatus: KeyMaterialUserCode
    package let userURI: [UInt8]
    package let clients: [ClientKeyMaterial]

    package init(
        userStatus: KeyMaterialUserCode, userURI: [UInt8], clients: [ClientKeyMaterial] = []
    ) {
        self.userStatus = userStatus
        self.userURI = userURI
        self.clients = clients
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        _ = try EndToEndProtocol(from: &reader)
        userStatus = try reader.readEnum("userStatus")
        userURI = try reader.readOpaque()
        clients = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        EndToEndProtocol.mls10.write(to: &writer)
        writer.write(userStatus.rawValue)
        writer.write(opaque: userURI)
        writer.write(list: clients)
    }
}
