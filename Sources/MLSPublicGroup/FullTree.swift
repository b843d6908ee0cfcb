import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     uint32 width;                              // leaves, blank ones included: a power of two
///     optional<Node> nodes[2 * width - 1];
/// } FullTree;
/// ```
/// All places of a tree, in the order of the array representation (RFC 9420 Appendix C): leaves at even
/// places, parents at odd ones. No vector, whose length would bound the tree.
package struct FullTree: TLSCodable, Hashable, Sendable {
    package let width: Int
    /// As many as there are places; those at the end may be blank.
    let nodes: RatchetTreeNodes

    package init(_ tree: RatchetTree) {
        width = tree.width
        nodes = RatchetTreeNodes((0..<2 * width - 1).map { tree.node(at: NodeIndex($0)) })
    }

    /// A tree of the nodes that are not blank; nil where one does not belong to its place.
    package init?(width: Int, _ occupied: [(place: NodeIndex, node: Node)]) {
        var nodes = [Node?](repeating: nil, count: 2 * width - 1)
        for (place, node) in occupied {
            guard place.value < nodes.count, place.isLeaf == (node.leaf != nil) else { return nil }
            nodes[place.value] = node
        }
        self.width = width
        self.nodes = RatchetTreeNodes(nodes)
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        let claimed = Int(try reader.readUInt32())
        // A place takes a byte at least.
        guard claimed > 0, claimed & (claimed - 1) == 0, 2 * claimed - 1 <= reader.remaining else {
            throw DecodingError(.invalidValue(field: "width", value: UInt64(claimed)), at: start)
        }
        width = claimed
        var nodes: [Node?] = []
        nodes.reserveCapacity(2 * width - 1)
        for value in 0..<2 * width - 1 {
            let start = reader.offset
            let node: Node? = try reader.readOptional()
            if let node, NodeIndex(value).isLeaf != (node.leaf != nil) {
                throw DecodingError(
                    .invalidValue(field: "node", value: UInt64(value)), at: start)
            }
            nodes.append(node)
        }
        self.nodes = RatchetTreeNodes(nodes)
    }

    package func write(to writer: inout Writer) {
        writer.write(UInt32(width))
        for node in nodes.nodes { writer.write(optional: node) }
    }
}
