import PresentationLanguage

/// ```
/// struct {
///     HPKEPublicKey encryption_key;
///     opaque parent_hash<V>;
///     uint32 unmerged_leaves<V>;
/// } ParentNode;
/// ```
/// RFC 9420 §7.1
package struct ParentNode: TLSCodable, Hashable, Sendable {
    package var encryptionKey: [UInt8]
    package var parentHash: [UInt8]
    package var unmergedLeaves: [UInt32]

    package init(encryptionKey: [UInt8], parentHash: [UInt8], unmergedLeaves: [UInt32] = []) {
        self.encryptionKey = encryptionKey
        self.parentHash = parentHash
        self.unmergedLeaves = unmergedLeaves
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        encryptionKey = try reader.readOpaque()
        parentHash = try reader.readOpaque()
        unmergedLeaves = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: encryptionKey)
        writer.write(opaque: parentHash)
        writer.write(list: unmergedLeaves)
    }
}
