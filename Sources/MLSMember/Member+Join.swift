import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage

/// A Welcome that a client opened (RFC 9420 §12.4.3.1): the group that it is welcome to, not yet
/// validated, and the secrets that came with it.
package struct OpenedWelcome: Sendable {
    package let groupInfo: GroupInfo
    /// The secrets of the group's epoch, if the GroupInfo's context is the real one.
    package let secrets: EpochSecrets
    let groupSecrets: GroupSecrets
    let own: OwnKeyPackage
    let psks: PreSharedKeys

    /// Opens the part that is for a key package.
    package init(
        _ welcome: Welcome, with own: OwnKeyPackage, psks: PreSharedKeys = PreSharedKeys()
    ) throws {
        let suite = own.client.suite
        let reference = own.reference
        guard welcome.cipherSuite.rawValue == suite.rawValue,
            let sealed = welcome.secrets.first(where: { $0.newMember == reference })
        else { throw MemberError.notWelcome }
        groupSecrets = try GroupSecrets(
            parsing: suite.decryptWithLabel(
                privateKey: own.initKey, label: "Welcome", context: welcome.encryptedGroupInfo,
                sealed: sealed.encryptedGroupSecrets.sealed))
        let transition = try EpochTransition(
            suite, joinerSecret: groupSecrets.joinerSecret,
            pskSecret: psks.pskSecret(of: groupSecrets.psks, suite))
        let key = try transition.welcomeKey()
        groupInfo = try GroupInfo(
            parsing: suite.aead.open(
                welcome.encryptedGroupInfo, key: key.key, nonce: key.nonce, aad: []))
        secrets = try transition.secrets(groupInfo.groupContext)
        self.own = own
        self.psks = psks
    }
}

extension Member {
    /// Enters the group of a Welcome. `tree` may be absent if the GroupInfo holds it; `previous` is
    /// the client in the group that this one continues, if it continues one.
    package static func join(
        _ opened: OpenedWelcome, tree: RatchetTreeNodes? = nil, from previous: Member? = nil,
        _ profile: GroupProfile, _ random: any RandomSource
    ) throws -> Member {
        let own = opened.own
        let suite = own.client.suite
        let info = opened.groupInfo
        guard info.groupContext.cipherSuite == own.keyPackage.cipherSuite else {
            throw MemberError.unexpected("cipher suite \(info.groupContext.cipherSuite)")
        }
        let group = try PublicGroup(importing: info, tree: tree, profile)
        try Succession.check(opened.groupSecrets.psks, group, from: previous, profile)
        let leaf = group.tree.members.first { $0.leaf == own.keyPackage.leafNode }?.index
        guard let leaf else { throw MemberError.leafNotInTree }

        var keys = PrivateTree(suite, leaf: leaf, key: own.leafKey)
        if let secret = opened.groupSecrets.pathSecret {
            let above = NodeIndex(leaf: info.signer).directPath(width: group.tree.width)
            guard let node = above.first(where: { $0.leafSpan.contains(leaf) }) else {
                throw MemberError.noPathSecret
            }
            _ = try keys.take(PathSecret(secret), from: node, of: info.signer, in: group.tree)
        }
        try opened.secrets.checkConfirmation(info.confirmationTag, of: info.groupContext, suite)
        return Member(
            own.client, of: group, opened.secrets, keys, psks: opened.psks, profile, random)
    }
}
