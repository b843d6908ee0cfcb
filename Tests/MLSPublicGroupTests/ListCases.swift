import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook
import TestSupport

private let joiner = ForgedClient("new", .x25519Aes128)
private let psk = Proposal.psk(
    PreSharedKeyID(key: .external(id: [1]), nonce: [UInt8](repeating: 1, count: 32)))

private func committing(_ proposals: Proposal...) -> (ForgedGroup, ForgedHandshake) {
    let group = ForgedGroup(size: 4)
    return (group, group.commit(proposals.map { .proposal($0) }))
}

private func joining(_ proposals: Proposal...) -> (ForgedGroup, ForgedHandshake) {
    let group = ForgedGroup(size: 4)
    return (group, group.externalCommit(by: joiner, proposals.map { .proposal($0) }))
}

/// D-40 to D-46.
let listCases: [RuleCase] = [
    .handshake(.proposalReference, "a proposal that nobody sent") {
        let group = ForgedGroup(size: 3)
        return (group, group.commit([.reference([UInt8](repeating: 1, count: 32))]))
    },
    .handshake(.proposalReference, "a proposal of the epoch before") {
        var group = ForgedGroup(size: 3)
        let reference = group.queue(.remove(leaf: 2))
        group.accept(group.commit())
        return (group, group.commit([reference]))
    },
    .handshake(.proposalReference, "a proposal twice") {
        var group = ForgedGroup(size: 3)
        let reference = group.queue(.appEphemeral(AppEphemeral(.appAck, data: [])))
        return (group, group.commit([reference, reference]))
    },
    .handshake(.oneChangePerLeaf, "two Removes of a leaf") {
        committing(.remove(leaf: 2), .remove(leaf: 2))
    },
    .handshake(.oneChangePerLeaf, "an Update and a Remove of a leaf") {
        var group = ForgedGroup(size: 4)
        let update = group.queue(.update(group.updateLeaf(of: 2)), by: 2)
        return (group, group.commit([update, .proposal(.remove(leaf: 2))]))
    },
    .handshake(.oneChangePerLeaf, "a SelfRemove and a Remove of a leaf") {
        var group = ForgedGroup(size: 4)
        let leave = group.queue(.selfRemove, by: 2)
        return (group, group.commit([leave, .proposal(.remove(leaf: 2))]))
    },
    .handshake(.oneChangePerLeaf, "the committer's own Update") {
        var group = ForgedGroup(size: 4)
        let update = group.queue(.update(group.updateLeaf(of: 0)), by: 0)
        return (group, group.commit([update]))
    },
    .handshake(.oneChangePerLeaf, "a Remove of the committer") {
        var group = ForgedGroup(size: 4)
        let remove = group.queue(.remove(leaf: 0), by: 1)
        return (group, group.commit([remove]))
    },
    .handshake(.oneLeafPerClient, "a client with other keys") {
        var profile = GroupProfile.plain
        profile.credentials = NamedCredentials()
        let group = ForgedGroup(size: 3, profile: profile)
        var twin = ForgedClient("twin", .x25519Aes128)
        twin.credential = group.clients[1]!.credential
        return (group, group.commit([.proposal(.add(twin.keyPackage()))]))
    },
    .handshake(.oneLeafPerClient, "two Adds of a client") {
        var profile = GroupProfile.plain
        profile.credentials = NamedCredentials()
        let group = ForgedGroup(size: 3, profile: profile)
        var twin = ForgedClient("twin", .x25519Aes128)
        twin.credential = joiner.credential
        return (
            group,
            group.commit([
                .proposal(.add(joiner.keyPackage())), .proposal(.add(twin.keyPackage())),
            ])
        )
    },
    .handshake(.oneLeafPerClient, "a joiner who is a member") {
        var profile = GroupProfile.plain
        profile.credentials = NamedCredentials()
        let group = ForgedGroup(size: 3, profile: profile)
        var twin = ForgedClient("twin", .x25519Aes128)
        twin.credential = group.clients[1]!.credential
        return (group, group.externalCommit(by: twin))
    },
    .handshake(.exclusiveProposals, "a PreSharedKeyID twice") { committing(psk, psk) },
    .handshake(.exclusiveProposals, "two GroupContextExtensions") {
        committing(.groupContextExtensions([]), .groupContextExtensions([]))
    },
    .handshake(.exclusiveProposals, "a ReInit that is not alone") {
        committing(.reInit(reInit), psk)
    },
    .handshake(.exclusiveProposals, "an ExternalInit by a member") {
        committing(.externalInit(kemOutput: joiner.hpkeKey("kem")))
    },
    .handshake(.proposalSupport, "a type that one member lacks") {
        let type = ProposalType(0xf00d)
        let group = ForgedGroup(size: 3) {
            if $0.name != "client 2" { $0.capabilities.proposals.append(type) }
        }
        return (group, group.commit([.proposal(.other(type, [1]))]))
    },
    .handshake(.proposalSupport, "a type that a joiner lacks") {
        let group = ForgedGroup(size: 3)
        var joiner = joiner
        joiner.capabilities.proposals = []
        let update = AppDataUpdate(ComponentID(0x8001), .update([1]))
        return (group, group.externalCommit(by: joiner, [.proposal(.appDataUpdate(update))]))
    },
    .handshake(.componentUpdates, "an update and a removal") {
        let component = ComponentID(0x8001)
        return committing(
            .appDataUpdate(AppDataUpdate(component, .update([1]))),
            .appDataUpdate(AppDataUpdate(component, .remove)))
    },
    .handshake(.externalCommitProposals, "an Add") {
        joining(.add(ForgedClient("other", .x25519Aes128).keyPackage()))
    },
    .handshake(.externalCommitProposals, "GroupContextExtensions") {
        joining(.groupContextExtensions([]))
    },
    .handshake(.externalCommitProposals, "two ExternalInits") {
        joining(.externalInit(kemOutput: joiner.hpkeKey("kem")))
    },
    .handshake(.externalCommitProposals, "two Removes") {
        joining(.remove(leaf: 1), .remove(leaf: 2))
    },
    .handshake(.externalCommitProposals, "a Remove of another client") {
        joining(.remove(leaf: 1))
    },
    .handshake(.externalCommitProposals, "a reference to a Remove") {
        var group = ForgedGroup(size: 4)
        let remove = group.queue(.remove(leaf: 2))
        return (group, group.externalCommit(by: joiner, [remove]))
    },
    .handshake(.externalCommitProposals, "a KEM output that is none") {
        let group = ForgedGroup(size: 4)
        var edits = CommitEdits()
        edits.commit = { $0.proposals[0] = .proposal(.externalInit(kemOutput: [1])) }
        return (group, group.externalCommit(by: joiner, edits: edits))
    },
]

let reInit = ReInit(
    groupID: [7], version: .mls10, cipherSuite: CipherSuiteID(1), extensions: [])
