/// A place in the array representation of a tree (RFC 9420 Appendix C): leaf i at 2i, the parents
/// between them. A tree of n leaves, a power of two, has the nodes 0 … 2n − 2 and the root n − 1.
package struct NodeIndex: Hashable, Sendable {
    package let value: Int

    package init(_ value: Int) {
        self.value = value
    }

    package init(leaf: UInt32) {
        value = 2 * Int(leaf)
    }

    package static func root(width: Int) -> NodeIndex {
        NodeIndex(width - 1)
    }

    package var isLeaf: Bool { value & 1 == 0 }

    /// The leaf at this place; only of a leaf's place.
    package var leaf: UInt32 { UInt32(value / 2) }

    /// 0 for leaves, otherwise the height of the subtree.
    package var level: Int { (~value).trailingZeroBitCount }

    package var left: NodeIndex? {
        isLeaf ? nil : NodeIndex(value ^ 1 << (level - 1))
    }

    package var right: NodeIndex? {
        isLeaf ? nil : NodeIndex(value ^ 3 << (level - 1))
    }

    /// The parent in an unbounded tree; see ``parent(width:)``.
    private var unboundedParent: NodeIndex {
        let level = level
        return NodeIndex((value | 1 << level) & ~(1 << (level + 1)))
    }

    /// The parent in a tree of `width` leaves; nil for its root.
    package func parent(width: Int) -> NodeIndex? {
        self == .root(width: width) ? nil : unboundedParent
    }

    package func sibling(width: Int) -> NodeIndex? {
        guard let parent = parent(width: width) else { return nil }
        return parent.value > value ? parent.right : parent.left
    }

    /// The ancestors from the parent up to the root.
    package func directPath(width: Int) -> [NodeIndex] {
        var path: [NodeIndex] = []
        var node = self
        while let parent = node.parent(width: width) {
            path.append(parent)
            node = parent
        }
        return path
    }

    /// The nodes of the subtree below this one, itself included.
    package var subtree: ClosedRange<Int> {
        let reach = 1 << level - 1
        return value - reach...value + reach
    }

    /// The leaves below this node, itself included.
    package var leafSpan: Range<UInt32> {
        let range = subtree
        return UInt32(range.lowerBound / 2)..<UInt32(range.upperBound / 2 + 1)
    }
}

extension NodeIndex: CustomStringConvertible {
    package var description: String { isLeaf ? "leaf \(leaf)" : "node \(value)" }
}
