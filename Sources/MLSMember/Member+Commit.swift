import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage

extension Member {
    /// Makes a commit; it counts when it was accepted, from when on this member is its `next`.
    package mutating func commit(_ options: CommitOptions = CommitOptions()) throws -> MadeCommit {
        let builder = CommitBuilder(
            group: group, signer: client, keys: keys, psks: psks, options: options,
            profile: profile, random: random)
        let built = try builder.build(initSecret: secrets.initSecret)
        return try builder.finish(
            built, as: protect(built.content, padding: options.framing.padding))
    }
}

/// A client that joins a group by a commit of its own (RFC 9420 §12.4.3.2).
package struct ExternalJoiner: Sendable {
    private let client: Client
    private let profile: GroupProfile
    private let random: any RandomSource
    package private(set) var group: PublicGroup
    package var psks: PreSharedKeys

    /// Takes the group as a GroupInfo says it is; the tree may be inside.
    package init(
        _ client: Client, _ groupInfo: GroupInfo, tree: RatchetTreeNodes? = nil,
        psks: PreSharedKeys = PreSharedKeys(), _ profile: GroupProfile,
        _ random: any RandomSource
    ) throws {
        self.client = client
        self.profile = profile
        self.random = random
        self.psks = psks
        group = try PublicGroup(importing: groupInfo, tree: tree, profile)
    }

    /// Takes a proposal that waits in the group; its membership_tag is not for a joiner to check.
    package mutating func take(_ message: MLSMessage, now: UInt64? = nil) throws {
        let handshake = try group.authenticate(message, profile)
        group.apply(try group.judge(proposal: handshake, now: now, profile))
    }

    /// Makes the commit; it counts when it was accepted, and its `next` is the new member. To
    /// replace an older leaf of the client, the options hold its Remove.
    package func commit(_ options: CommitOptions = CommitOptions()) throws -> MadeCommit {
        let suite = group.suite
        guard let data = group.groupInfo?.extensions.data(of: .externalPub),
            let external = try? ExternalPub(parsing: data)
        else { throw MemberError.noExternalPub }
        let (initSecret, output) = try suite.exportSecret(
            to: external.publicKey, exporterContext: CipherSuite.externalInitContext,
            ephemeral: random.keyPair(suite.kem))
        let builder = CommitBuilder(
            group: group, signer: client, keys: nil, psks: psks, options: options,
            profile: profile, random: random)
        let built = try builder.build(
            initSecret: initSecret, external: .externalInit(kemOutput: output))
        return try builder.finish(
            built,
            as: .publicMessage(
                PublicMessage(
                    content: built.content.content, auth: built.content.auth, membershipTag: nil)))
    }
}
