import MLSMessages

/// What a tree and a tree with changes laid over it have in common (RFC 9420 §4.1, §7.1).
package protocol TreeView {
    /// Leaves of the full tree, blank ones included; a power of two.
    var width: Int { get }
    /// The node at a place inside the tree; nil if blank.
    func node(at place: NodeIndex) -> Node?
    /// How many leaves below a node, itself included, are not blank.
    func occupied(below place: NodeIndex) -> Int
}

extension TreeView {
    package var root: NodeIndex { .root(width: width) }

    /// The leaf of an index; nil if blank or outside the tree.
    package func leaf(at index: UInt32) -> LeafNode? {
        Int(index) < width ? node(at: NodeIndex(leaf: index))?.leaf : nil
    }

    /// The parent nodes above a leaf that get a key from its path: those whose other child has
    /// someone to encrypt to (RFC 9420 §4.1.2), from the lowest up, each with that other child.
    package func filteredDirectPath(of leaf: UInt32) -> [(node: NodeIndex, copath: NodeIndex)] {
        precondition(Int(leaf) < width, "leaf \(leaf) is outside the tree")
        var path: [(NodeIndex, NodeIndex)] = []
        var place = NodeIndex(leaf: leaf)
        while let parent = place.parent(width: width), let sibling = place.sibling(width: width) {
            // Blanking follows every removal, so a subtree without leaves has no parents either.
            if occupied(below: sibling) > 0 { path.append((parent, sibling)) }
            place = parent
        }
        return path
    }

    /// Visits the resolution of a node (RFC 9420 §4.1.1) from left to right until `visit` says no;
    /// whether it went to the end.
    @discardableResult
    package func visitResolution(of place: NodeIndex, _ visit: (NodeIndex) -> Bool) -> Bool {
        switch node(at: place) {
        case .leaf:
            return visit(place)
        case .parent(let parent):
            return visit(place) && parent.unmergedLeaves.allSatisfy { visit(NodeIndex(leaf: $0)) }
        case nil:
            guard occupied(below: place) > 0, let left = place.left, let right = place.right
            else { return true }
            return visitResolution(of: left, visit) && visitResolution(of: right, visit)
        }
    }

    package func resolution(of place: NodeIndex) -> [NodeIndex] {
        var nodes: [NodeIndex] = []
        visitResolution(of: place) {
            nodes.append($0)
            return true
        }
        return nodes
    }

    /// Members in the order of their leaves.
    package var members: some Sequence<(index: UInt32, leaf: LeafNode)> {
        (0..<UInt32(width)).lazy.compactMap { index in leaf(at: index).map { (index, $0) } }
    }

    /// The nodes as they are exchanged: without the blanks at the end.
    package var exchanged: RatchetTreeNodes {
        var nodes = (0..<2 * width - 1).map { node(at: NodeIndex($0)) }
        while let last = nodes.last, last == nil { nodes.removeLast() }
        return RatchetTreeNodes(nodes)
    }
}
