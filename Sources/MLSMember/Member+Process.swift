import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage

/// What a message from the group turned out to be.
package enum Received: Hashable, Sendable {
    case application([UInt8], from: UInt32, authenticatedData: [UInt8])
    /// A proposal that waits for a commit now.
    case proposal(reference: [UInt8])
    /// A commit, which brought this member to the next epoch.
    case commit(by: UInt32)
    /// A commit that removes this member, which stays in the last epoch that it was part of.
    case removal
}

extension Member {
    /// Takes a message that others sent to the group. `now` is in milliseconds since the Unix epoch;
    /// nil leaves out lifetimes.
    package mutating func process(_ message: MLSMessage, now: UInt64? = nil) throws -> Received {
        var after = self
        let received = try after.take(message, now: now)
        self = after
        return received
    }

    private mutating func take(_ message: MLSMessage, now: UInt64?) throws -> Received {
        let handshake: AuthenticatedHandshake
        switch message {
        case .publicMessage(let content):
            handshake = try group.authenticate(message, profile)
            try protection.checkMembership(of: content, context: group.context.encoded)
        case .privateMessage(let sealed):
            try group.checkGroupAndEpoch(sealed.groupID, sealed.epoch, profile)
            let content = try open(sealed)
            if case .application(let data) = content.content.body {
                try group.check(content, profile)
                return .application(
                    data, from: content.content.sender.leaf ?? 0,
                    authenticatedData: content.content.authenticatedData)
            }
            handshake = try group.authenticate(unprotected: content, profile)
        case .welcome, .groupInfo, .keyPackage:
            throw MemberError.unexpected("a message of wire format \(message.wireFormat)")
        }
        guard handshake.commit != nil else {
            let proposal = try group.judge(proposal: handshake, now: now, profile)
            queue(proposal, nil)
            return .proposal(reference: proposal.reference)
        }
        return try apply(commit: handshake, now: now)
    }

    /// RFC 9420 §12.4.2
    private mutating func apply(
        commit handshake: AuthenticatedHandshake, now: UInt64?
    ) throws -> Received {
        let list = try group.proposals(of: handshake, now: now, profile)
        let staged = try group.stage(handshake, list, profile)
        if list.removed.contains(leafIndex) { return .removal }

        var client = client
        var keys = keys
        for reference in list.entries.compactMap(\.reference) {
            guard let update = ownUpdates[reference] else { continue }
            client = update.client
            keys.replaceLeafKey(update.leafKey)
        }
        keys = keys.kept(only: staged.draft)
        let commitSecret = try commitSecret(of: handshake, staged, &keys)
        let transition = try EpochTransition(
            suite, initSecret: initSecret(for: list), commitSecret: commitSecret,
            pskSecret: psks.pskSecret(of: list.psks, suite), context: staged.context)
        let secrets = try transition.secrets(staged.context)
        try secrets.checkConfirmation(staged.confirmationTag, of: staged.context, suite)
        let committer = staged.committer
        var next = group
        try next.apply(staged.finish(), profile)
        self = Member(client, of: next, secrets, keys, psks: psks, profile, random)
        return .commit(by: committer)
    }

    private func commitSecret(
        of handshake: AuthenticatedHandshake, _ staged: StagedCommit, _ keys: inout PrivateTree
    ) throws -> [UInt8] {
        guard let path = handshake.commit?.path else { return suite.zeroSecret }
        // The provisional context: that of the new epoch, but for the transcript.
        var context = staged.context
        context.confirmedTranscriptHash = group.context.confirmedTranscriptHash
        let (secret, node) = try keys.decrypt(
            path, of: staged.committer, in: staged.draft, but: Set(staged.addedLeaves), context)
        return try keys.take(secret, from: node, of: staged.committer, in: staged.draft)
    }

    /// The group's own, or that of an external commit's joiner.
    private func initSecret(for list: CommitProposals) throws -> [UInt8] {
        guard case .externalInit(let output)? = list.ofType(.externalInit).first?.proposal else {
            return secrets.initSecret
        }
        return try suite.exportSecret(
            from: output, exporterContext: CipherSuite.externalInitContext,
            privateKey: secrets.externalKeyPair(suite).privateKey)
    }
}

extension EpochSecrets {
    /// Refuses a tag that does not confirm the epoch of these secrets (RFC 9420 §8.1).
    func checkConfirmation(
        _ tag: [UInt8], of context: GroupContext, _ suite: CipherSuite
    ) throws {
        let own = try confirmationTag(suite, of: context.confirmedTranscriptHash)
        guard constantTimeEqual(tag, own) else { throw MemberError.confirmationTag }
    }
}

extension Sender {
    /// The leaf of a member.
    var leaf: UInt32? {
        if case .member(let leaf) = self { leaf } else { nil }
    }
}
