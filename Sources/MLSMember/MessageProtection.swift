import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage

/// How members of an epoch protect what they send (RFC 9420 §6.2, §6.3).
package struct MessageProtection: Sendable {
    private let suite: CipherSuite
    private let membershipKey: [UInt8]
    private let senderDataSecret: [UInt8]
    private var tree: SecretTree

    /// `width` is that of the ratchet tree, in leaves.
    package init(_ suite: CipherSuite, _ secrets: EpochSecrets, width: Int) {
        self.init(
            suite, membershipKey: secrets.membershipKey,
            senderDataSecret: secrets.senderDataSecret,
            tree: SecretTree(suite, width: width, encryptionSecret: secrets.encryptionSecret))
    }

    package init(
        _ suite: CipherSuite, membershipKey: [UInt8], senderDataSecret: [UInt8], tree: SecretTree
    ) {
        self.suite = suite
        self.membershipKey = membershipKey
        self.senderDataSecret = senderDataSecret
        self.tree = tree
    }

    // MARK: PublicMessage

    /// A signed content as PublicMessage, with the tag that a member's has. `context` is the encoded
    /// GroupContext.
    package func publicMessage(
        _ message: AuthenticatedContent, context: [UInt8]
    ) throws(CryptoError) -> PublicMessage {
        var tag: [UInt8]?
        if case .member = message.content.sender {
            tag = try membershipTag(message, context: context)
        }
        return PublicMessage(content: message.content, auth: message.auth, membershipTag: tag)
    }

    /// Refuses a member's message without the tag that only members can make.
    package func checkMembership(of message: PublicMessage, context: [UInt8]) throws {
        guard let given = message.membershipTag else { return }
        let tag = try membershipTag(message.authenticatedContent, context: context)
        guard constantTimeEqual(given, tag) else { throw MemberError.membershipTag }
    }

    /// `MAC(membership_key, AuthenticatedContentTBM)` (RFC 9420 §6.2)
    private func membershipTag(
        _ message: AuthenticatedContent, context: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        var input = Writer()
        input.write(
            bytes: message.content.toBeSigned(wireFormat: message.wireFormat, context: context))
        message.auth.write(to: &input)
        return try suite.hash.hmac(key: membershipKey, input.bytes)
    }

    // MARK: PrivateMessage

    /// Encrypts a signed content of a member, with `padding` bytes after it.
    package mutating func privateMessage(
        _ message: AuthenticatedContent, padding: Int, _ random: any RandomSource
    ) throws -> PrivateMessage {
        let content = message.content
        guard case .member(let leaf) = content.sender else {
            throw MemberError.unexpected("a PrivateMessage by \(content.sender.name)")
        }
        let (generation, key) = try tree.next(SecretTree.Kind(content.body.type), of: leaf)
        let data = SenderData(
            leafIndex: leaf, generation: generation, reuseGuard: try random.bytes(4))
        var sealed = PrivateMessage(
            groupID: content.groupID, epoch: content.epoch, contentType: content.body.type,
            authenticatedData: content.authenticatedData, encryptedSenderData: [], ciphertext: [])
        var plaintext = Writer()
        PrivateMessageContent(body: content.body, auth: message.auth, padding: padding)
            .write(to: &plaintext)
        sealed.ciphertext = try suite.aead.seal(
            plaintext.bytes, key: key.key, nonce: key.guarded(by: data.reuseGuard),
            aad: PrivateContentAAD(sealed).encoded)
        let dataKey = try senderDataKey(sealed.ciphertext)
        sealed.encryptedSenderData = try suite.aead.seal(
            data.encoded, key: dataKey.key, nonce: dataKey.nonce,
            aad: SenderDataAAD(sealed).encoded)
        return sealed
    }

    /// Decrypts a message of this epoch, whose signature is still to be checked. The message key is
    /// used up only if it fits. `isMember` says which leaves are not blank.
    package mutating func open(
        _ sealed: PrivateMessage, isMember: (UInt32) -> Bool
    ) throws -> AuthenticatedContent {
        let dataKey = try senderDataKey(sealed.ciphertext)
        let data = try SenderData(
            parsing: suite.aead.open(
                sealed.encryptedSenderData, key: dataKey.key, nonce: dataKey.nonce,
                aad: SenderDataAAD(sealed).encoded))
        guard isMember(data.leafIndex) else {
            throw MemberError.unexpected("a PrivateMessage by blank leaf \(data.leafIndex)")
        }
        var after = tree
        let key = try after.take(
            SecretTree.Kind(sealed.contentType), of: data.leafIndex, generation: data.generation)
        let plaintext = try suite.aead.open(
            sealed.ciphertext, key: key.key, nonce: key.guarded(by: data.reuseGuard),
            aad: PrivateContentAAD(sealed).encoded)
        var reader = try Reader(plaintext.span.bytes)
        let content = try PrivateMessageContent(from: &reader, as: sealed.contentType)
        tree = after
        return AuthenticatedContent(
            wireFormat: .privateMessage,
            content: FramedContent(
                groupID: sealed.groupID, epoch: sealed.epoch,
                sender: .member(leaf: data.leafIndex),
                authenticatedData: sealed.authenticatedData, body: content.body),
            auth: content.auth)
    }

    /// RFC 9420 §6.3.2
    package func senderDataKey(_ ciphertext: [UInt8]) throws(CryptoError) -> MessageKey {
        let sample = Array(ciphertext.prefix(suite.hash.size))
        return MessageKey(
            key: try suite.hash.expandWithLabel(
                secret: senderDataSecret, label: "key", context: sample,
                length: suite.aead.keySize),
            nonce: try suite.hash.expandWithLabel(
                secret: senderDataSecret, label: "nonce", context: sample,
                length: suite.aead.nonceSize))
    }
}

extension MessageKey {
    /// The nonce with the reuse guard laid over its first bytes (RFC 9420 §6.3.1).
    fileprivate func guarded(by reuseGuard: [UInt8]) -> [UInt8] {
        var nonce = nonce
        for (place, byte) in reuseGuard.enumerated() { nonce[place] ^= byte }
        return nonce
    }
}
