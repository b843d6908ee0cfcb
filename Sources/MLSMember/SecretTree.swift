import MLSCrypto
import MLSMessages
import MLSPublicGroup

/// The keys of an epoch's private messages (RFC 9420 §9). Secrets are derived when they are needed
/// and forgotten when what they lead to was derived.
package struct SecretTree: Sendable {
    private let suite: CipherSuite
    private let width: Int
    private var nodes: [NodeIndex: [UInt8]]
    private var ratchets: [UInt32: Ratchets] = [:]

    /// The two ratchets of a leaf.
    package enum Kind: Sendable {
        case handshake, application

        package init(_ type: ContentType) {
            self = type == .application ? .application : .handshake
        }
    }

    private struct Ratchets: Sendable {
        var handshake: Ratchet
        var application: Ratchet
    }

    /// `width` is that of the ratchet tree, in leaves.
    package init(_ suite: CipherSuite, width: Int, encryptionSecret: [UInt8]) {
        self.suite = suite
        self.width = width
        nodes = [.root(width: width): encryptionSecret]
    }

    /// The next key to send with.
    package mutating func next(
        _ kind: Kind, of leaf: UInt32
    ) throws -> (generation: UInt32, key: MessageKey) {
        let suite = suite
        return try withRatchet(kind, of: leaf) { ratchet in
            (ratchet.generation, try ratchet.next(suite))
        }
    }

    /// The key of a message received; it is given out once.
    package mutating func take(
        _ kind: Kind, of leaf: UInt32, generation: UInt32
    ) throws -> MessageKey {
        let suite = suite
        return try withRatchet(kind, of: leaf) { try $0.take(generation, suite) }
    }

    private mutating func withRatchet<T>(
        _ kind: Kind, of leaf: UInt32, _ body: (inout Ratchet) throws -> T
    ) throws -> T {
        precondition(Int(leaf) < width, "leaf \(leaf) is outside the tree")
        var own = try ratchets[leaf] ?? start(leaf)
        defer { ratchets[leaf] = own }
        switch kind {
        case .handshake: return try body(&own.handshake)
        case .application: return try body(&own.application)
        }
    }

    private mutating func start(_ leaf: UInt32) throws -> Ratchets {
        let place = NodeIndex(leaf: leaf)
        for parent in place.directPath(width: width).reversed() {
            guard let secret = nodes.removeValue(forKey: parent) else { continue }
            for (child, side) in [(parent.left, "left"), (parent.right, "right")] {
                guard let child else { continue }
                nodes[child] = try suite.hash.expandWithLabel(
                    secret: secret, label: "tree", context: Array(side.utf8),
                    length: suite.hash.size)
            }
        }
        guard let secret = nodes.removeValue(forKey: place) else {
            preconditionFailure("the secret of leaf \(leaf) is gone")
        }
        func ratchet(_ label: String) throws -> Ratchet {
            Ratchet(
                secret: try suite.hash.expandWithLabel(
                    secret: secret, label: label, context: [], length: suite.hash.size))
        }
        return Ratchets(
            handshake: try ratchet("handshake"), application: try ratchet("application"))
    }
}

/// A chain of keys, one for each message (RFC 9420 §9.1).
private struct Ratchet: Sendable {
    private var secret: [UInt8]
    private(set) var generation: UInt32 = 0
    /// Keys that were passed over, for messages that come late.
    private var passed: [UInt32: MessageKey] = [:]

    /// How far ahead of the last one a message may be.
    private static let maximumSkip: UInt32 = 4096

    init(secret: [UInt8]) {
        self.secret = secret
    }

    mutating func next(_ suite: CipherSuite) throws -> MessageKey {
        func derive(_ label: String, _ length: Int) throws -> [UInt8] {
            try suite.hash.deriveTreeSecret(
                secret: secret, label: label, generation: generation, length: length)
        }
        guard generation < .max else { throw MemberError.messageKey(generation: generation) }
        let key = MessageKey(
            key: try derive("key", suite.aead.keySize),
            nonce: try derive("nonce", suite.aead.nonceSize))
        secret = try derive("secret", suite.hash.size)
        generation += 1
        return key
    }

    mutating func take(_ wanted: UInt32, _ suite: CipherSuite) throws -> MessageKey {
        if wanted < generation {
            guard let key = passed.removeValue(forKey: wanted) else {
                throw MemberError.messageKey(generation: wanted)
            }
            return key
        }
        guard wanted - generation <= Self.maximumSkip else {
            throw MemberError.messageKey(generation: wanted)
        }
        while generation < wanted {
            let place = generation
            passed[place] = try next(suite)
        }
        return try next(suite)
    }
}
