import PresentationLanguage

/// ```
/// struct {
///     GroupContext group_context;
///     Extension extensions<V>;
///     MAC confirmation_tag;      // opaque<V>
///     uint32 signer;
///     opaque signature<V>;       // SignWithLabel(., "GroupInfoTBS", GroupInfoTBS)
/// } GroupInfo;
/// ```
/// RFC 9420 §12.4.3
package struct GroupInfo: TLSCodable, Hashable, Sendable {
    package var groupContext: GroupContext
    package var extensions: [Extension]
    package var confirmationTag: [UInt8]
    package var signer: UInt32
    package var signature: [UInt8]

    package init(
        groupContext: GroupContext, extensions: [Extension], confirmationTag: [UInt8],
        signer: UInt32, signature: [UInt8]
    ) {
        self.groupContext = groupContext
        self.extensions = extensions
        self.confirmationTag = confirmationTag
        self.signer = signer
        self.signature = signature
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        groupContext = try GroupContext(from: &reader)
        extensions = try reader.readList()
        confirmationTag = try reader.readOpaque()
        signer = try reader.readUInt32()
        signature = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        writer.write(bytes: toBeSigned)
        writer.write(opaque: signature)
    }

    /// `GroupInfoTBS`: all fields but the signature.
    package var toBeSigned: [UInt8] {
        var writer = Writer()
        groupContext.write(to: &writer)
        writer.write(list: extensions)
        writer.write(opaque: confirmationTag)
        writer.write(signer)
        return writer.bytes
    }
}
