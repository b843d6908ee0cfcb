import EndpointMessages
import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RuleBook

/// Messages that members send each other. A hub can't read them; it decides who may send now (G-4).
extension MIMIRoom {
    /// Refuses a message that `sender`, of the provider `source`, may not send now.
    package func judge(
        _ message: MLSMessage, from sender: [UInt8], of source: Text
    ) throws(Refusal) {
        guard case .privateMessage(let message) = message, message.contentType == .application
        else {
            throw Refusal(
                .wireFormat, "message", expected: "a PrivateMessage with application data",
                found: message.wireFormat.description)
        }
        let rules = profile.enforcement
        try checkOpen("message")
        try rules.require(
            .restricted, !isRestricted(sender), "message of \(text(sender))",
            expected: "a user who is not removed or banned", found: "one who is")
        try rules.require(
            .reInitialized, group.reInit == nil, "message",
            expected: "nothing after the commit of a ReInit", found: "a message")
        try checkEpoch(of: message)
        let domain = MIMIURI(sender, .user)?.domain
        try rules.require(
            .sourceProvider, domain == source.description, "sending_uri",
            expected: "a user of \(source)", found: text(sender))
        try rules.require(
            .submitMessage,
            committedLeaves[sender] > 0 && effectiveLeaves[sender] > 0
                && effective.participants.role(of: sender) > Role.banned,
            "message of \(text(sender))", expected: "an active participant", found: "none")
        try rules.require(
            .sendMessage, effective.role(of: sender).has(.canSendMessage),
            "message of \(text(sender))", expected: Capability.canSendMessage.name,
            found: "a role without it")
        try group.checkSafeAAD(message.authenticatedData, profile)
    }

    /// A message is of the current epoch, or of one that the operational policy tolerates (H-34).
    private func checkEpoch(of message: PrivateMessage) throws(Refusal) {
        let rules = profile.enforcement
        let current = group.context.epoch
        try rules.require(
            .groupAndEpoch, message.groupID == group.context.groupID, "group_id",
            expected: hex(group.context.groupID), found: hex(message.groupID))
        try rules.require(
            .submitMessage, message.epoch <= current, "epoch", expected: "\(current)",
            found: "\(message.epoch)")
        try rules.require(
            .submitMessage, !isTooOld(message.epoch), "epoch",
            expected: "\(current), or \(epochTolerance) less", found: "\(message.epoch)")
    }

    private var epochTolerance: UInt64 { UInt64(committed.operational?.epochTolerance ?? 0) }

    private func isTooOld(_ epoch: UInt64) -> Bool {
        let current = group.context.epoch
        return epoch < current && current - epoch > epochTolerance
    }

    /// Whether a message is of an epoch that is over for it, and not of one to come.
    package func isTooOld(_ message: MLSMessage) -> Bool {
        guard case .privateMessage(let message) = message,
            message.groupID == group.context.groupID
        else { return false }
        return isTooOld(message.epoch)
    }

    /// The users who are not to get messages now: they are being removed, or their role does not
    /// receive any (G-11).
    package var withheldUsers: [[UInt8]] {
        committedLeaves.users.filter {
            isRestricted($0) || !effective.role(of: $0).has(.canReceiveMessage)
        }
    }

    /// The franking tag of a message, with the hub's key that franks it, if it is to be franked (G-13):
    /// the room's franking agent is the hub, and the message's SafeAAD holds a tag of 32 bytes.
    package func frankingTag(of message: MLSMessage) -> (key: HubKey, tag: Digest32)? {
        guard case .privateMessage(let message) = message,
            let data = committed.components[.frankingAgent],
            let agent = try? FrankingAgent(parsing: data),
            let key = services.hubKeys.first(where: { $0.publicKey == agent.signatureKey }),
            key.scheme == group.suite.signature, let frank = FrankAAD(in: message)
        else { return nil }
        return (key, frank.frankingTag)
    }
}
