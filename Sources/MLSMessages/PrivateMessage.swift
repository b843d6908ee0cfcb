import PresentationLanguage

/// ```
/// struct {
///     opaque group_id<V>;
///     uint64 epoch;
///     ContentType content_type;
///     opaque authenticated_data<V>;
///     opaque encrypted_sender_data<V>;
///     opaque ciphertext<V>;
/// } PrivateMessage;
/// ```
/// RFC 9420 §6.3
package struct PrivateMessage: TLSCodable, Hashable, Sendable {
    package var groupID: [UInt8]
    package var epoch: UInt64
    package var contentType: ContentType
    package var authenticatedData: [UInt8]
    package var encryptedSenderData: [UInt8]
    package var ciphertext: [UInt8]

    package init(
        groupID: [UInt8], epoch: UInt64, contentType: ContentType, authenticatedData: [UInt8],
        encryptedSenderData: [UInt8], ciphertext: [UInt8]
    ) {
        self.groupID = groupID
        self.epoch = epoch
        self.contentType = contentType
        self.authenticatedData = authenticatedData
        self.encryptedSenderData = encryptedSenderData
        self.ciphertext = ciphertext
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        groupID = try reader.readOpaque()
        epoch = try reader.readUInt64()
        contentType = try reader.readEnum("content_type")
        authenticatedData = try reader.readOpaque()
        encryptedSenderData = try reader.readOpaque()
        ciphertext = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: groupID)
        writer.write(epoch)
        writer.write(contentType.rawValue)
        writer.write(opaque: authenticatedData)
        writer.write(opaque: encryptedSenderData)
        writer.write(opaque: ciphertext)
    }
}
