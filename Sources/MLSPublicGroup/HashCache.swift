/// The tree hashes that are known, by node, in one buffer.
struct HashCache: Sendable {
    private let size: Int
    private var bytes: [UInt8]
    private var known: [Bool]

    init(digestSize: Int, nodes: Int) {
        size = digestSize
        bytes = [UInt8](repeating: 0, count: digestSize * nodes)
        known = [Bool](repeating: false, count: nodes)
    }

    subscript(node: NodeIndex) -> [UInt8]? {
        get {
            guard node.value < known.count, known[node.value] else { return nil }
            return Array(bytes[node.value * size..<(node.value + 1) * size])
        }
        set {
            guard node.value < known.count else { return }
            known[node.value] = newValue != nil
            if let newValue {
                bytes.replaceSubrange(node.value * size..<(node.value + 1) * size, with: newValue)
            }
        }
    }

    /// Keeps what is known of the nodes that remain.
    mutating func resize(nodes: Int) {
        if nodes < known.count {
            known.removeLast(known.count - nodes)
            bytes.removeLast(bytes.count - nodes * size)
        } else {
            known.append(contentsOf: repeatElement(false, count: nodes - known.count))
            bytes.append(contentsOf: repeatElement(0, count: nodes * size - bytes.count))
        }
    }
}
