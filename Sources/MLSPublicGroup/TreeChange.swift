import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     uint32 node;
///     optional<Node> value;
/// } ChangedNode;
///
/// struct {
///     uint32 width;                  // leaves of the full tree afterwards
///     ChangedNode nodes<V>;          // ascending
/// } TreeChange;
/// ```
/// What a commit does to a tree. The hashes are a cache and not part of the encoding: where they
/// are missing, the tree computes them.
package struct TreeChange: TLSCodable, Sendable {
    package let width: Int
    package let nodes: [(place: NodeIndex, node: Node?)]
    let hashes: [NodeIndex: [UInt8]]

    /// Whether a tree of `width` leaves may become this wide: only for a leaf in the new half, and
    /// new leaves fill the places from the left.
    func justifiesWidth(from width: Int) -> Bool {
        guard self.width > width else { return true }
        let leaves = nodes.lazy.filter { $0.node?.leaf != nil }
        return leaves.contains { $0.place.value > self.width - 1 }
            && self.width / 2 < width + leaves.count
    }

    /// How many hashes the change took; for tests of its cost.
    package var hashCount: Int { hashes.count }

    init(width: Int, nodes: [NodeIndex: Node?], hashes: [NodeIndex: [UInt8]]) {
        self.width = width
        self.nodes = nodes.map { ($0.key, $0.value) }.sorted { $0.place.value < $1.place.value }
        self.hashes = hashes
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        let claimed = try reader.readUInt32()
        guard claimed > 0, claimed & (claimed - 1) == 0, claimed <= 1 << 30 else {
            throw DecodingError(.invalidValue(field: "width", value: UInt64(claimed)), at: start)
        }
        let width = Int(claimed)
        nodes = try reader.readVector { (reader) throws(DecodingError) in
            var list: [(place: NodeIndex, node: Node?)] = []
            while reader.remaining > 0 {
                let start = reader.offset
                let place = NodeIndex(Int(try reader.readUInt32()))
                let node: Node? = try reader.readOptional()
                let follows = list.last.map { $0.place.value < place.value } ?? true
                let fits = node.map { ($0.leaf != nil) == place.isLeaf } ?? true
                guard follows, fits, place.value < 2 * width - 1 else {
                    throw DecodingError(
                        .invalidValue(field: "node", value: UInt64(place.value)), at: start)
                }
                list.append((place, node))
            }
            return list
        }
        self.width = width
        hashes = [:]
    }

    package func write(to writer: inout Writer) {
        writer.write(UInt32(width))
        writer.writeVector { writer in
            for (place, node) in nodes {
                writer.write(UInt32(place.value))
                writer.write(optional: node)
            }
        }
    }
}
