import MLSCrypto
import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     NodeType node_type;
///     select (TreeHashInput.node_type) {
///         case leaf:   uint32 leaf_index; optional<LeafNode> leaf_node;
///         case parent: optional<ParentNode> parent_node; opaque left_hash<V>; opaque right_hash<V>;
///     };
/// } TreeHashInput;
/// ```
/// RFC 9420 §7.8
package enum TreeHash {
    package static func leaf(_ leaf: LeafNode?, at index: UInt32, _ hash: HashAlgorithm) -> [UInt8]
    {
        var input = Writer(reserving: 256)
        input.write(UInt8(1))
        input.write(index)
        input.write(optional: leaf)
        return hash.hash(input.bytes)
    }

    package static func parent(
        _ parent: ParentNode?, left: [UInt8], right: [UInt8], _ hash: HashAlgorithm
    ) -> [UInt8] {
        var input = Writer(reserving: 256)
        input.write(UInt8(2))
        input.write(optional: parent)
        input.write(opaque: left)
        input.write(opaque: right)
        return hash.hash(input.bytes)
    }
}

/// ```
/// struct {
///     HPKEPublicKey encryption_key;
///     opaque parent_hash<V>;
///     opaque original_sibling_tree_hash<V>;
/// } ParentHashInput;
/// ```
/// RFC 9420 §7.9
package enum ParentHash {
    package static func hash(
        of parent: ParentNode, originalSiblingTreeHash: [UInt8], _ hash: HashAlgorithm
    ) -> [UInt8] {
        var input = Writer(reserving: 256)
        input.write(opaque: parent.encryptionKey)
        input.write(opaque: parent.parentHash)
        input.write(opaque: originalSiblingTreeHash)
        return hash.hash(input.bytes)
    }
}
