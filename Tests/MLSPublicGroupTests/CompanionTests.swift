import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook
import TestSupport
import Testing

/// The forms of GroupInfo and tree that a MIMI bundle may use (ratchet-tree-options §3, §4).
@Suite struct CompanionTests {
    private let group = ForgedGroup(size: 3)

    /// Stages a commit with companions in other forms than a transcript has.
    private func stage(
        _ group: ForgedGroup, edit: (inout CommitCompanions, GroupInfo) -> Void
    ) throws(Refusal) -> GroupChange {
        let forged = group.commit()
        let message = try PublicGroup.read(forged.input.message, group.profile)
        let handshake = try group.group.authenticate(message, group.profile)
        let proposals = try group.group.proposals(
            of: handshake, now: ForgedGroup.now, group.profile)
        var companions = CommitCompanions()
        guard
            case .groupInfo(let info)? = try? MLSMessage(parsing: forged.input.groupInfo ?? [])
        else { fatalError("the forger's GroupInfo") }
        edit(&companions, info)
        return try group.group.stage(handshake, proposals, companions, group.profile)
    }

    private func partial(
        _ presence: PartialGroupInfo.TreePresence, _ info: GroupInfo
    ) -> GroupInfoOption {
        .partial(
            PartialGroupInfo(
                treePresence: presence, extensions: info.extensions, signature: info.signature))
    }

    @Test(arguments: [PartialGroupInfo.TreePresence.none, .removed])
    func partialGroupInfo(presence: PartialGroupInfo.TreePresence) throws {
        let change = try stage(group) { $0.groupInfo = partial(presence, $1) }
        #expect(change.groupInfo?.signer == 0)
    }

    @Test(arguments: [PartialGroupInfo.TreePresence.present, .added])
    func treePresenceOfTheOtherForms(presence: PartialGroupInfo.TreePresence) {
        let refusal = #expect(throws: Refusal.self) {
            try stage(group) { $0.groupInfo = partial(presence, $1) }
        }
        #expect(refusal?.rule == .groupInfoTree)
    }

    @Test func partialGroupInfoWithAnotherSignature() {
        let refusal = #expect(throws: Refusal.self) {
            try stage(group) { companions, info in
                var info = info
                info.signature[0] ^= 1
                companions.groupInfo = partial(.none, info)
            }
        }
        #expect(refusal?.rule == .groupInfo)
    }

    @Test func treeURLs() throws {
        let type = ExtensionType(0xf010)
        var domains = Writer()
        domains.write(opaqueList: [Array("tree.example".utf8)])
        var group = ForgedGroup(size: 2, extensions: [Extension(type, data: domains.bytes)]) {
            $0.capabilities.extensions.append(type)
        }
        group.profile.treeSourceDomains = type
        for (url, isListed) in [
            ("https://tree.example/a", true), ("HTTPS://Tree.Example:8443?x", true),
            ("https://other.example/", false), ("http://tree.example/", false),
            ("https://tree.example@other.example/", false), ("https://", false),
            ("https://tree.example.other/", false),
        ] {
            let option = RatchetTreeOption.httpsURI(url: Array(url.utf8), treeSignature: [])
            if isListed {
                _ = try stage(group) { companions, _ in companions.tree = option }
            } else {
                let refusal = #expect(throws: Refusal.self, "\(url)") {
                    try stage(group) { companions, _ in companions.tree = option }
                }
                #expect(refusal?.rule == .suppliedTree)
            }
        }
    }

    @Test func aTreeElsewhereIsNotLookedAt() throws {
        for option in [RatchetTreeOption.distributionService, .outOfBand(treeSignature: [1])] {
            _ = try stage(group) { companions, _ in companions.tree = option }
        }
    }
}
