import MLSCrypto
import MLSMessages
import PresentationLanguage
import RuleBook

/// Framing: D-1 to D-7.
extension PublicGroup {
    /// Reads the bytes of a message (D-1).
    package static func read(
        _ bytes: [UInt8], _ profile: GroupProfile
    ) throws(Refusal) -> MLSMessage {
        do {
            var reader = try Reader(bytes.span.bytes)
            let message = try MLSMessage(from: &reader)
            if profile.enforcement.holds(.canonicalEncoding) { try reader.finish() }
            return message
        } catch {
            throw Refusal(
                .canonicalEncoding, "message", expected: "an MLSMessage", found: error.description)
        }
    }

    /// Checks that a message is a handshake of this group's current epoch by someone who may send
    /// it, and that they did.
    package func authenticate(
        _ message: MLSMessage, _ profile: GroupProfile
    ) throws(Refusal) -> AuthenticatedHandshake {
        let rules = profile.enforcement
        guard case .publicMessage(let message) = message else {
            throw Refusal(
                .wireFormat, "message", expected: "wire format \(WireFormat.publicMessage)",
                found: message.wireFormat.description)
        }
        let content = message.content
        try rules.require(
            .wireFormat, content.body.type != .application, "PublicMessage",
            expected: "a proposal or commit", found: "application data")
        try checkTags(message, rules)
        try check(message.authenticatedContent, profile)
        return AuthenticatedHandshake(checked: message.authenticatedContent)
    }

    /// The same for a handshake that a member made itself or took out of a PrivateMessage, which a hub
    /// never sees.
    package func authenticate(
        unprotected content: AuthenticatedContent, _ profile: GroupProfile
    ) throws(Refusal) -> AuthenticatedHandshake {
        try check(content, profile)
        // D-4: only members have the keys of private messages.
        if content.wireFormat != .publicMessage {
            guard case .member = content.content.sender else {
                throw Refusal(
                    .senderContent, "sender \(content.content.sender.name)",
                    expected: "a PublicMessage", found: "a PrivateMessage")
            }
        }
        // D-33
        try profile.enforcement.require(
            .selfRemove,
            content.wireFormat == .publicMessage
                || content.content.body != .proposal(.selfRemove), "SelfRemove",
            expected: "a PublicMessage", found: "a PrivateMessage")
        return AuthenticatedHandshake(checked: content)
    }

    /// Checks content of whatever kind: D-3 to D-7, but for the tags, and D-57.
    package func check(
        _ message: AuthenticatedContent, _ profile: GroupProfile
    ) throws(Refusal) {
        let rules = profile.enforcement
        let content = message.content
        // Before the epoch: whatever it is, the message comes too late.
        try rules.require(
            .reInitialized, reInit == nil || content.groupID != context.groupID, "message",
            expected: "nothing after the commit of a ReInit", found: "\(content.body.type)")
        try checkGroupAndEpoch(content.groupID, content.epoch, profile)
        try Self.checkSenderContent(content, rules)
        try checkSafeAAD(content.authenticatedData, profile)

        let key = try signatureKey(of: content, rules)
        let signed = content.toBeSigned(wireFormat: message.wireFormat, context: encodedContext)
        try rules.require(
            .messageSignature,
            suite.signature.verifyWithLabel(
                publicKey: key ?? [], label: "FramedContentTBS", content: signed,
                signature: message.auth.signature),
            "message", expected: "a signature by \(content.sender.name)",
            found: "one that does not verify")
    }

    /// D-6: the tags, of which a hub can see the length only.
    private func checkTags(_ message: PublicMessage, _ rules: Enforcement) throws(Refusal) {
        for (name, tag) in [
            ("confirmation_tag", message.auth.confirmationTag),
            ("membership_tag", message.membershipTag),
        ] {
            guard let tag else { continue }
            try rules.require(
                .senderAndTags, tag.count == suite.hash.size, name,
                expected: "\(suite.hash.size) bytes", found: "\(tag.count)")
        }
    }

    /// D-3
    package func checkGroupAndEpoch(
        _ groupID: [UInt8], _ epoch: UInt64, _ profile: GroupProfile
    ) throws(Refusal) {
        let rules = profile.enforcement
        try rules.require(
            .groupAndEpoch, groupID == context.groupID, "group_id",
            expected: hex(context.groupID), found: hex(groupID))
        try rules.require(
            .groupAndEpoch, epoch == context.epoch, "epoch",
            expected: "\(context.epoch)", found: "\(epoch)")
    }

    /// D-4
    private static func checkSenderContent(
        _ content: FramedContent, _ rules: Enforcement
    ) throws(Refusal) {
        let allowed: Bool
        let sent: String
        switch content.body {
        case .application: return
        case .proposal(let proposal):
            sent = "a proposal of type \(proposal.type.name)"
            allowed =
                switch content.sender {
                case .member: true
                case .external: externalSenderTypes.contains(proposal.type)
                case .newMemberProposal: proposal.type == .add
                case .newMemberCommit: false
                }
        case .commit:
            sent = "a commit"
            allowed =
                switch content.sender {
                case .member, .newMemberCommit: true
                case .external, .newMemberProposal: false
                }
        }
        try rules.require(
            .senderContent, allowed, "sender \(content.sender.name)",
            expected: "what this sender may send", found: sent)
    }

    /// RFC 9420 §12.1.8 and mls-extensions §7.2
    private static let externalSenderTypes: Set<ProposalType> = [
        .add, .remove, .psk, .reInit, .groupContextExtensions, .appDataUpdate, .appEphemeral,
    ]

    /// D-7
    package func checkSafeAAD(
        _ authenticatedData: [UInt8], _ profile: GroupProfile
    ) throws(Refusal) {
        guard extensions.safeAAD != nil, profile.enforcement.holds(.safeAAD) else { return }
        let safe: SafeAAD
        do {
            safe = try SafeAAD(parsing: authenticatedData)
        } catch {
            throw Refusal(
                .safeAAD, "authenticated_data", expected: "one SafeAAD", found: error.description)
        }
        try profile.enforcement.require(
            .safeAAD, safe.isSorted, "authenticated_data", expected: "component ids that ascend",
            found: safe.entries.map(\.component.description).joined(separator: " "))
        try safe.checkPlace(.safeAAD, "SafeAAD", profile)
    }

    /// D-5: the key that must have signed; D-6: whose sender must exist. Nil where a rule that would
    /// have refused the sender is suspended.
    private func signatureKey(
        of content: FramedContent, _ rules: Enforcement
    ) throws(Refusal) -> [UInt8]? {
        switch content.sender {
        case .member(let index):
            let leaf = tree.leaf(at: index)
            try rules.require(
                .senderAndTags, leaf != nil, "sender leaf \(index)",
                expected: "a member", found: "a blank leaf or none")
            return leaf?.signatureKey
        case .external(let index):
            let senders = extensions.externalSenders
            let sender = index < senders.count ? senders[Int(index)] : nil
            try rules.require(
                .senderAndTags, sender != nil, "sender_index \(index)",
                expected: "an entry of external_senders", found: "\(senders.count) entries")
            return sender?.signatureKey
        case .newMemberProposal:
            guard case .proposal(.add(let keyPackage)) = content.body else { return nil }
            return keyPackage.leafNode.signatureKey
        case .newMemberCommit:
            guard case .commit(let commit) = content.body else { return nil }
            try rules.require(
                .externalJoiner, commit.path != nil, "external commit",
                expected: "an UpdatePath", found: "none")
            return commit.path?.leafNode.signatureKey
        }
    }
}
