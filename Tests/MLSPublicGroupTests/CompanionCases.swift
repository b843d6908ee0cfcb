import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook
import TestSupport

private let joiner = ForgedClient("new", .x25519Aes128)

/// D-60 to D-64.
let companionCases: [RuleCase] = [
    groupInfoCase("another confirmation_tag", .groupInfo) { $0.confirmationTag[0] ^= 1 },
    groupInfoCase("another tree hash", .groupInfo) { $0.groupContext.treeHash[0] ^= 1 },
    groupInfoCase("another epoch", .groupInfo) { $0.groupContext.epoch += 1 },
    groupInfoCase("another signer", .groupInfo) { $0.signer = 1 },
    groupInfoCase("a signature that is none", .groupInfo) { $0.signature = [1] },
    groupInfoCase("an extension type twice", .groupInfoExtensions) {
        $0.extensions += $0.extensions
    },
    groupInfoCase("an external_pub that is no key", .groupInfoExtensions) {
        $0.extensions = [Extension(.externalPub, data: [1, 1])]
    },
    .handshake(.groupInfo, "no GroupInfo where one is required") {
        var group = ForgedGroup(size: 3)
        group.profile.requiresCompanions = true
        let forged = group.commit()
        return (
            group,
            ForgedHandshake(
                input: GroupHandshake(message: forged.input.message, welcome: forged.input.welcome))
        )
    },
    .handshake(.groupInfoExtensions, "no external_pub where one is required") {
        var group = ForgedGroup(size: 3)
        group.profile.requiresExternalPub = true
        var edits = CommitEdits()
        edits.groupInfo = { $0.extensions = [] }
        return (group, group.commit(edits: edits))
    },
    .handshake(.groupInfoTree, "a tree inside the GroupInfo") {
        var group = ForgedGroup(size: 3)
        group.profile.allowsTreeInGroupInfo = false
        let tree = group.commit().input.tree!
        var edits = CommitEdits()
        edits.groupInfo = { $0.extensions.append(Extension(.ratchetTree, data: tree)) }
        return (group, group.commit(edits: edits))
    },
    welcomeCase("a secret too many") {
        $0.secrets.append(
            EncryptedGroupSecrets(
                newMember: [1], encryptedGroupSecrets: HPKECiphertext(kemOutput: [], ciphertext: [])
            ))
    },
    welcomeCase("another reference") {
        $0.secrets = [
            EncryptedGroupSecrets(
                newMember: [1], encryptedGroupSecrets: HPKECiphertext(kemOutput: [], ciphertext: [])
            )
        ]
    },
    welcomeCase("another cipher suite") { $0.cipherSuite = CipherSuiteID(2) },
    .handshake(.welcome, "no Welcome where one is required") {
        var group = ForgedGroup(size: 3)
        group.profile.requiresCompanions = true
        let forged = group.commit([.proposal(.add(joiner.keyPackage()))])
        let input = GroupHandshake(
            message: forged.input.message, groupInfo: forged.input.groupInfo)
        return (group, ForgedHandshake(input: input))
    },
    .handshake(.suppliedTree, "the tree of the epoch before") {
        let group = ForgedGroup(size: 3)
        let forged = group.commit()
        let input = GroupHandshake(
            message: forged.input.message, groupInfo: forged.input.groupInfo,
            tree: group.group.tree.exchanged.encoded)
        return (group, ForgedHandshake(input: input))
    },
    .handshake(.suppliedTree, "another tree inside the GroupInfo") {
        let group = ForgedGroup(size: 3)
        var edits = CommitEdits()
        let tree = group.group.tree.exchanged.encoded
        edits.groupInfo = { $0.extensions.append(Extension(.ratchetTree, data: tree)) }
        return (group, group.commit(edits: edits))
    },
]

private func groupInfoCase(
    _ name: String, _ rule: Rule, _ edit: @escaping @Sendable (inout GroupInfo) -> Void
) -> RuleCase {
    .handshake(rule, "GroupInfo with \(name)") {
        let group = ForgedGroup(size: 3)
        var edits = CommitEdits()
        edits.groupInfo = edit
        return (group, group.commit(edits: edits))
    }
}

private func welcomeCase(
    _ name: String, _ edit: @escaping @Sendable (inout Welcome) -> Void
) -> RuleCase {
    .handshake(.welcome, "Welcome with \(name)") {
        let group = ForgedGroup(size: 3)
        var edits = CommitEdits()
        edits.welcome = edit
        return (group, group.commit([.proposal(.add(joiner.keyPackage()))], edits: edits))
    }
}
