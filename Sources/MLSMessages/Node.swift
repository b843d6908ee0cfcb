import PresentationLanguage

/// ```
/// struct {
///     NodeType node_type;
///     select (Node.node_type) {
///         case leaf:   LeafNode leaf_node;
///         case parent: ParentNode parent_node;
///     };
/// } Node;
/// ```
/// RFC 9420 §12.4.3.3. Indirect, so that a blank in a tree takes one word.
package indirect enum Node: TLSCodable, Hashable, Sendable {
    case leaf(LeafNode)
    case parent(ParentNode)

    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        switch try reader.readUInt8() {
        case 1: self = .leaf(try LeafNode(from: &reader))
        case 2: self = .parent(try ParentNode(from: &reader))
        case let value:
            throw DecodingError(.invalidValue(field: "node_type", value: UInt64(value)), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        switch self {
        case .leaf(let leaf):
            writer.write(UInt8(1))
            leaf.write(to: &writer)
        case .parent(let parent):
            writer.write(UInt8(2))
            parent.write(to: &writer)
        }
    }

    package var leaf: LeafNode? {
        if case .leaf(let leaf) = self { leaf } else { nil }
    }

    package var parent: ParentNode? {
        if case .parent(let parent) = self { parent } else { nil }
    }

    package var encryptionKey: [UInt8] {
        switch self {
        case .leaf(let leaf): leaf.encryptionKey
        case .parent(let parent): parent.encryptionKey
        }
    }
}

/// `optional<Node> ratchet_tree<V>;`
///
/// RFC 9420 §12.4.3.3: the nodes in the order of the array representation, without the blanks at
/// the end.
package struct RatchetTreeNodes: TLSCodable, Hashable, Sendable {
    package let nodes: [Node?]

    package init(_ nodes: [Node?]) {
        self.nodes = nodes
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        nodes = try reader.readVector { (reader) throws(DecodingError) in
            var list: [Node?] = []
            while reader.remaining > 0 {
                list.append(try reader.readOptional())
            }
            return list
        }
    }

    package func write(to writer: inout Writer) {
        writer.writeVector { writer in
            for node in nodes { writer.write(optional: node) }
        }
    }
}
