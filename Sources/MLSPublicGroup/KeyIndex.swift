import MLSMessages

/// Where in the tree a key or a client is, so that uniqueness is one look-up.
struct KeyIndex: Sendable {
    /// By encryption_key, of leaves and parents.
    private(set) var encryption: [[UInt8]: NodeIndex] = [:]
    /// By signature_key.
    private(set) var signature: [[UInt8]: NodeIndex] = [:]
    /// By the client's name, where the credential service gives one.
    private(set) var client: [[UInt8]: NodeIndex] = [:]

    mutating func insert(_ node: Node, client name: [UInt8]?, at place: NodeIndex) {
        encryption[node.encryptionKey] = place
        guard let leaf = node.leaf else { return }
        signature[leaf.signatureKey] = place
        if let name { client[name] = place }
    }

    /// Forgets what the node at a place held; another place may hold the same by now.
    mutating func remove(_ node: Node, client name: [UInt8]?, at place: NodeIndex) {
        if encryption[node.encryptionKey] == place { encryption[node.encryptionKey] = nil }
        guard let leaf = node.leaf else { return }
        if signature[leaf.signatureKey] == place { signature[leaf.signatureKey] = nil }
        if let name, client[name] == place { client[name] = nil }
    }
}
