import MLSMessages
import PresentationLanguage

/// MIMI protocol §5.7
package enum ConsentOperation: UInt8, Hashable, Sendable {
    case cancel = 0
    case request = 1
    case grant = 2
    case revoke = 3
}

/// ```
/// enum { cancel(0), request(1), grant(2), revoke(3), (255) } ConsentOperation;
///
/// struct {
///     ConsentOperation consentOperation;
///     IdentifierUri requesterUri;      // opaque<V>
///     IdentifierUri targetUri;         // opaque<V>
///     optional<RoomId> roomId;         // RoomId: opaque<V>
///     select (consentOperation) {
///         case grant: KeyPackage clientKeyPackages<V>;
///     };
///     AppDataDictionary consent_extensions;
/// } ConsentEntry;
/// ```
/// MIMI protocol §5.7
package struct ConsentEntry: TLSCodable, Hashable, Sendable {
    package let operation: ConsentOperation
    package let requesterURI: [UInt8]
    package let targetURI: [UInt8]
    package let roomID: [UInt8]?
    /// Empty in all operations but a grant, and perhaps in that too.
    package let clientKeyPackages: [KeyPackage]
    package let extensions: AppDataDictionary

    package init(
        operation: ConsentOperation, requesterURI: [UInt8], targetURI: [UInt8], roomID: [UInt8]?,
        clientKeyPackages: [KeyPackage] = [], extensions: AppDataDictionary = AppDataDictionary()
    ) {
        precondition(
            operation == .grant || clientKeyPackages.isEmpty, "only a grant has key packages")
        self.operation = operation
        self.requesterURI = requesterURI
        self.targetURI = targetURI
        self.roomID = roomID
        self.clientKeyPackages = clientKeyPackages
        self.extensions = extensions
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        operation = try reader.readEnum("consentOperation")
        requesterURI = try reader.readOpaque()
        targetURI = try reader.readOpaque()
        roomID = try reader.readOptionalOpaque()
        clientKeyPackages = operation == .grant ? try reader.readList() : []
        extensions = try AppDataDictionary(from: &reader)
    }

    package func write(to writer: inout Writer) {
        writer.write(operation.rawValue)
        writer.write(opaque: requesterURI)
        writer.write(opaque: targetURI)
        writer.write(optionalOpaque: roomID)
        if operation == .grant { writer.write(list: clientKeyPackages) }
        extensions.write(to: &writer)
    }
}
