/// The tree hashes of parents that are known, in one buffer. Those of leaves are not kept: one
/// costs a single hash, and half of all nodes are leaves.
struct HashCache: Sendable {
    private let size: Int
    private var bytes: [UInt8]
    private var known: [Bool]

    init(digestSize: Int, width: Int) {
        size = digestSize
        bytes = [UInt8](repeating: 0, count: digestSize * (width - 1))
        known = [Bool](repeating: false, count: width - 1)
    }

    /// The hash of a parent; nil if it is not known. Leaves and places outside the tree take none.
    subscript(node: NodeIndex) -> [UInt8]? {
        get {
            guard let slot = slot(of: node), known[slot] else { return nil }
            return Array(bytes[slot * size..<(slot + 1) * size])
        }
        set {
            guard let slot = slot(of: node) else { return }
            known[slot] = newValue != nil
            if let newValue {
                bytes.replaceSubrange(slot * size..<(slot + 1) * size, with: newValue)
            }
        }
    }

    /// Keeps what is known of the nodes that remain.
    mutating func resize(width: Int) {
        let count = width - 1
        if count < known.count {
            known.removeLast(known.count - count)
            bytes.removeLast(bytes.count - count * size)
        } else {
            known.append(contentsOf: repeatElement(false, count: count - known.count))
            bytes.append(contentsOf: repeatElement(0, count: count * size - bytes.count))
        }
    }

    private func slot(of node: NodeIndex) -> Int? {
        let slot = node.value / 2
        return node.isLeaf || slot >= known.count ? nil : slot
    }
}
