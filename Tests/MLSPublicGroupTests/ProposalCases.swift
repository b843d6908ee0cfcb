import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook
import TestSupport

private let joiner = ForgedClient("new", .x25519Aes128)
private let nonce = [UInt8](repeating: 1, count: 32)

private var smallComponentProfile: GroupProfile {
    var profile = GroupProfile.plain
    profile.components = SmallComponent()
    return profile
}

private func proposing(
    _ proposal: Proposal, profile: GroupProfile = .plain
) -> (ForgedGroup, ForgedHandshake) {
    let group = ForgedGroup(size: 3, profile: profile)
    return (group, group.proposal(proposal))
}

private func adding(_ keyPackage: KeyPackage) -> (ForgedGroup, ForgedHandshake) {
    let group = ForgedGroup(size: 3)
    return (group, group.commit([.proposal(.add(keyPackage))]))
}

private func broken(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    bytes[0] ^= 1
    return bytes
}

/// D-25 to D-36.
let proposalCases: [RuleCase] = keyPackageCases + singleCases + componentCases

private let keyPackageCases: [RuleCase] = [
    .handshake(.keyPackage, "another version") {
        adding(joiner.keyPackage(editPackage: { $0.version = ProtocolVersion(2) }))
    },
    .handshake(.keyPackage, "another cipher suite") {
        adding(joiner.keyPackage(editPackage: { $0.cipherSuite = CipherSuiteID(3) }))
    },
    .handshake(.keyPackage, "an init_key that is the encryption_key") {
        adding(joiner.keyPackage(editPackage: { $0.initKey = $0.leafNode.encryptionKey }))
    },
    .handshake(.keyPackage, "an init_key that is none") {
        adding(joiner.keyPackage(editPackage: { $0.initKey = [1] }))
    },
    .handshake(.keyPackage, "two extensions of a type") {
        let twice = Extension(ExtensionType(0xf0b0), data: [])
        return adding(joiner.keyPackage(editPackage: { $0.extensions = [twice, twice] }))
    },
    .handshake(.keyPackage, "a signature that is none") {
        adding(joiner.keyPackage(editPackage: { $0.signature = [1] }))
    },
    .handshake(.keyPackageReuse, "a key package of an earlier epoch") {
        var group = ForgedGroup(size: 3)
        let add = ProposalOrRef.proposal(.add(joiner.keyPackage()))
        group.accept(group.commit([add], joining: [joiner]))
        group.accept(group.commit([.proposal(.remove(leaf: 3))]))
        return (group, group.commit([add]))
    },
    .handshake(.add, "a key package signed by another key", .refusesAs(.keyPackage)) {
        let stranger = ForgedClient("stranger", .x25519Aes128)
        return adding(
            joiner.keyPackage(editPackage: {
                $0.signature = stranger.sign("KeyPackageTBS", $0.toBeSigned)
            }))
    },
]

private let singleCases: [RuleCase] = [
    .handshake(.update, "an Update inside a commit") {
        let group = ForgedGroup(size: 3)
        return (group, group.commit([.proposal(.update(group.updateLeaf(of: 0)))]))
    },
    .handshake(.remove, "a blank leaf") { proposing(.remove(leaf: 3)) },
    .handshake(.remove, "a leaf outside the tree") { proposing(.remove(leaf: .max)) },
    .handshake(.preSharedKey, "a short nonce") {
        proposing(.psk(PreSharedKeyID(key: .external(id: [1]), nonce: [2])))
    },
    .handshake(.preSharedKey, "usage reinit in a running group") {
        proposing(
            .psk(
                PreSharedKeyID(
                    key: .resumption(usage: .reInit, groupID: [1], epoch: 1), nonce: nonce)))
    },
    .handshake(.reInit, "an older version") {
        proposing(
            .reInit(
                ReInit(
                    groupID: [1], version: ProtocolVersion(0), cipherSuite: CipherSuiteID(1),
                    extensions: [])))
    },
    .handshake(.groupContextExtensions, "two extensions of a type") {
        let twice = Extension(.applicationID, data: [])
        return proposing(.groupContextExtensions([twice, twice]))
    },
    .handshake(.groupContextExtensions, "an extension that one member lacks") {
        let new = ExtensionType(0xf0b0)
        let group = ForgedGroup(size: 3) {
            if $0.name == "client 0" { $0.capabilities.extensions.append(new) }
        }
        let list = [Extension(new, data: [])]
        return (group, group.commit([.proposal(.groupContextExtensions(list))]))
    },
    .handshake(.groupContextExtensions, "an edit of the dictionary beside AppDataUpdate") {
        let required = Extension(
            .requiredCapabilities, data: RequiredCapabilities(proposals: [.appDataUpdate]).encoded)
        let group = ForgedGroup(size: 3, extensions: [required])
        let dictionary = AppDataDictionary([ComponentData(ComponentID(0x8001), data: [1])])
        let list = [required, Extension(.appDataDictionary, data: dictionary.encoded)]
        return (group, group.commit([.proposal(.groupContextExtensions(list))]))
    },
    .handshake(.groupContextExtensions, "a GREASE extension of the GroupContext") {
        let grease = ExtensionType(0x1a1a)
        let group = ForgedGroup(size: 3) { $0.capabilities.extensions.append(grease) }
        let list = [Extension(grease, data: [])]
        return (group, group.commit([.proposal(.groupContextExtensions(list))]))
    },
    .handshake(.selfRemove, "a second one by its sender") {
        var group = ForgedGroup(size: 3)
        _ = group.queue(.selfRemove, by: 1)
        return (group, group.proposal(.selfRemove, by: 1, edit: { $0.authenticatedData = [1] }))
    },
    .handshake(.selfRemove, "one inside a commit") {
        let group = ForgedGroup(size: 3)
        return (group, group.commit([.proposal(.selfRemove)]))
    },
    .handshake(.selfRemove, "a group that does not support it") {
        let group = ForgedGroup(size: 3) {
            if $0.name == "client 2" { $0.capabilities.proposals = [] }
        }
        return (group, group.proposal(.selfRemove, by: 1))
    },
]

private let componentCases: [RuleCase] = [
    .handshake(.appDataUpdate, "a component that is not known") {
        proposing(
            .appDataUpdate(AppDataUpdate(ComponentID(0x8002), .remove)),
            profile: smallComponentProfile)
    },
    .handshake(.appDataUpdate, "data that is not there to be removed") {
        let group = ForgedGroup(size: 3)
        let update = AppDataUpdate(SmallComponent.id, .remove)
        return (group, group.commit([.proposal(.appDataUpdate(update))]))
    },
    .handshake(.appDataUpdate, "updates that the component refuses together") {
        let group = ForgedGroup(size: 3, profile: smallComponentProfile)
        let update = Proposal.appDataUpdate(AppDataUpdate(SmallComponent.id, .update([1, 2])))
        return (group, group.commit([.proposal(update), .proposal(update)]))
    },
    .handshake(.appEphemeral, "a component that is not known") {
        proposing(
            .appEphemeral(AppEphemeral(ComponentID(0x8002), data: [])),
            profile: smallComponentProfile)
    },
    .handshake(.appEphemeral, "data that the component refuses") {
        proposing(
            .appEphemeral(AppEphemeral(SmallComponent.id, data: [1, 2, 3, 4])),
            profile: smallComponentProfile)
    },
    .handshake(.appDataDictionary, "a component that does not belong in an AppEphemeral") {
        proposing(.appEphemeral(AppEphemeral(.lastResortKeyPackage, data: [])))
    },
    .handshake(.appDataDictionary, "a GREASE component of the GroupContext") {
        let group = ForgedGroup(size: 3)
        let dictionary = AppDataDictionary([ComponentData(ComponentID(0x2a2a), data: [])])
        let list = [Extension(.appDataDictionary, data: dictionary.encoded)]
        return (group, group.commit([.proposal(.groupContextExtensions(list))]))
    },
]
