import PresentationLanguage

/// ```
/// struct {
///     HPKEPublicKey encryption_key;
///     SignaturePublicKey signature_key;
///     Credential credential;
///     Capabilities capabilities;
///     LeafNodeSource leaf_node_source;
///     select (LeafNode.leaf_node_source) {
///         case key_package: Lifetime lifetime;
///         case update:      struct{};
///         case commit:      opaque parent_hash<V>;
///     };
///     Extension extensions<V>;
///     opaque signature<V>;       // SignWithLabel(., "LeafNodeTBS", LeafNodeTBS)
/// } LeafNode;
/// ```
/// RFC 9420 §7.2
package struct LeafNode: TLSCodable, Hashable, Sendable {
    package enum Source: Hashable, Sendable {
        case keyPackage(Lifetime)
        case update
        case commit(parentHash: [UInt8])
    }

    package var encryptionKey: [UInt8]
    package var signatureKey: [UInt8]
    package var credential: Credential
    package var capabilities: Capabilities
    package var source: Source
    package var extensions: [Extension]
    package var signature: [UInt8]

    package init(
        encryptionKey: [UInt8], signatureKey: [UInt8], credential: Credential,
        capabilities: Capabilities, source: Source, extensions: [Extension], signature: [UInt8]
    ) {
        self.encryptionKey = encryptionKey
        self.signatureKey = signatureKey
        self.credential = credential
        self.capabilities = capabilities
        self.source = source
        self.extensions = extensions
        self.signature = signature
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        encryptionKey = try reader.readOpaque()
        signatureKey = try reader.readOpaque()
        credential = try Credential(from: &reader)
        capabilities = try Capabilities(from: &reader)
        source = try Source(from: &reader)
        extensions = try reader.readList()
        signature = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        writeContent(to: &writer)
        writer.write(opaque: signature)
    }

    /// All fields but the signature.
    private func writeContent(to writer: inout Writer) {
        writer.write(opaque: encryptionKey)
        writer.write(opaque: signatureKey)
        credential.write(to: &writer)
        capabilities.write(to: &writer)
        source.write(to: &writer)
        writer.write(list: extensions)
    }

    /// `LeafNodeTBS`: what the leaf's signature covers. A leaf from an update or a commit is bound
    /// to its group and its place in the tree; one from a key package has neither yet.
    package func toBeSigned(groupID: [UInt8], leafIndex: UInt32) -> [UInt8] {
        var writer = Writer()
        writeContent(to: &writer)
        switch source {
        case .keyPackage: break
        case .update, .commit:
            writer.write(opaque: groupID)
            writer.write(leafIndex)
        }
        return writer.bytes
    }
}

extension LeafNode.Source: TLSCodable {
    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        switch try reader.readUInt8() {
        case 1: self = .keyPackage(try Lifetime(from: &reader))
        case 2: self = .update
        case 3: self = .commit(parentHash: try reader.readOpaque())
        case let value:
            throw DecodingError(
                .invalidValue(field: "leaf_node_source", value: UInt64(value)), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        switch self {
        case .keyPackage(let lifetime):
            writer.write(UInt8(1))
            lifetime.write(to: &writer)
        case .update:
            writer.write(UInt8(2))
        case .commit(let parentHash):
            writer.write(UInt8(3))
            writer.write(opaque: parentHash)
        }
    }

    /// The name in RFC 9420 §7.2.
    package var name: String {
        switch self {
        case .keyPackage: "key_package"
        case .update: "update"
        case .commit: "commit"
        }
    }
}
