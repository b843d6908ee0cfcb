import PresentationLanguage

/// ```
/// struct {
///     LeafNode leaf_node;
///     UpdatePathNode nodes<V>;
/// } UpdatePath;
/// ```
/// RFC 9420 §7.6
package struct UpdatePath: TLSCodable, Hashable, Sendable {
    package var leafNode: LeafNode
    package var nodes: [UpdatePathNode]

    package init(leafNode: LeafNode, nodes: [UpdatePathNode]) {
        self.leafNode = leafNode
        self.nodes = nodes
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        leafNode = try LeafNode(from: &reader)
        nodes = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        leafNode.write(to: &writer)
        writer.write(list: nodes)
    }
}

/// ```
/// struct {
///     HPKEPublicKey encryption_key;
///     HPKECiphertext encrypted_path_secret<V>;
/// } UpdatePathNode;
/// ```
/// RFC 9420 §7.6
package struct UpdatePathNode: TLSCodable, Hashable, Sendable {
    package var encryptionKey: [UInt8]
    package var encryptedPathSecrets: [HPKECiphertext]

    package init(encryptionKey: [UInt8], encryptedPathSecrets: [HPKECiphertext]) {
        self.encryptionKey = encryptionKey
        self.encryptedPathSecrets = encryptedPathSecrets
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        encryptionKey = try reader.readOpaque()
        encryptedPathSecrets = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: encryptionKey)
        writer.write(list: encryptedPathSecrets)
    }
}
