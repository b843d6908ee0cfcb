import PresentationLanguage

/// ```
/// struct {
///     uint32 leaf_index;
///     uint32 generation;
///     opaque reuse_guard[4];
/// } SenderData;
/// ```
/// RFC 9420 §6.3.2
package struct SenderData: TLSCodable, Hashable, Sendable {
    package let leafIndex: UInt32
    package let generation: UInt32
    package let reuseGuard: [UInt8]

    /// `reuseGuard` has four bytes.
    package init(leafIndex: UInt32, generation: UInt32, reuseGuard: [UInt8]) {
        precondition(reuseGuard.count == 4, "a reuse guard has four bytes")
        self.leafIndex = leafIndex
        self.generation = generation
        self.reuseGuard = reuseGuard
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        leafIndex = try reader.readUInt32()
        generation = try reader.readUInt32()
        reuseGuard = try reader.readBytes(count: 4)
    }

    package func write(to writer: inout Writer) {
        writer.write(leafIndex)
        writer.write(generation)
        writer.write(bytes: reuseGuard)
    }
}

/// ```
/// struct {
///     opaque group_id<V>;
///     uint64 epoch;
///     ContentType content_type;
/// } SenderDataAAD;
/// ```
/// RFC 9420 §6.3.2
package struct SenderDataAAD: TLSEncodable, Hashable, Sendable {
    private let groupID: [UInt8]
    private let epoch: UInt64
    private let contentType: ContentType

    package init(_ message: PrivateMessage) {
        groupID = message.groupID
        epoch = message.epoch
        contentType = message.contentType
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: groupID)
        writer.write(epoch)
        writer.write(contentType.rawValue)
    }
}
