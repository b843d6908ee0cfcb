import MLSMessages

/// What proposals do to a tree (RFC 9420 §7.7, §12.1).
extension TreeDraft {
    /// Puts a new leaf on the leftmost blank place, and names it as unmerged above.
    package mutating func add(_ leaf: LeafNode) -> UInt32 {
        let index = makeRoom()
        set(.leaf(leaf), at: NodeIndex(leaf: index))
        for place in NodeIndex(leaf: index).directPath(width: width) {
            guard var parent = node(at: place)?.parent else { continue }
            let position = parent.unmergedLeaves.firstIndex { $0 > index }
            parent.unmergedLeaves.insert(index, at: position ?? parent.unmergedLeaves.endIndex)
            set(.parent(parent), at: place)
        }
        return index
    }

    /// Replaces a leaf and blanks the nodes above it.
    package mutating func update(_ leaf: LeafNode, at index: UInt32) {
        guard Int(index) < width else { return }
        set(.leaf(leaf), at: NodeIndex(leaf: index))
        blankDirectPath(of: index)
    }

    /// Blanks a leaf and the nodes above it, and drops a right half that is blank now.
    package mutating func remove(_ index: UInt32, shrinking: Bool = true) {
        guard Int(index) < width else { return }
        set(nil, at: NodeIndex(leaf: index))
        blankDirectPath(of: index)
        if shrinking { truncate() }
    }

    mutating func blankDirectPath(of index: UInt32) {
        for place in NodeIndex(leaf: index).directPath(width: width) { set(nil, at: place) }
    }

    /// The leftmost blank leaf; the tree doubles if there is none.
    package mutating func makeRoom() -> UInt32 {
        if occupied(below: root) == width { extend() }
        var place = root
        while let left = place.left, let right = place.right {
            place = occupied(below: left) < left.leafSpan.count ? left : right
        }
        return place.leaf
    }
}
