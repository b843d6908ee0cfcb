import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook
import TestSupport
import Testing

/// Inputs near a rule's edge that must be accepted.
@Suite struct ProposalEdgeTests {
    private let joiner = ForgedClient("new", .x25519Aes128)

    /// RFC 9420 §12.2: a present client may be added if its old leaf goes in the same commit.
    @Test func addOfAClientWhoseLeafGoes() {
        let group = ForgedGroup(size: 3)
        let again = group.clients[2]!.keyPackage(7)
        let forged = group.commit([.proposal(.remove(leaf: 2)), .proposal(.add(again))])
        #expect(group.decide(forged.input).refusedRule == nil)
    }

    /// mls-extensions §6.4
    @Test func aLastResortKeyPackageIsAddedAgain() {
        var group = ForgedGroup(size: 3)
        let dictionary = AppDataDictionary([ComponentData(.lastResortKeyPackage, data: [])])
        let keyPackage = joiner.keyPackage(editPackage: {
            $0.extensions = [Extension(.appDataDictionary, data: dictionary.encoded)]
        })
        let add = ProposalOrRef.proposal(.add(keyPackage))
        group.accept(group.commit([add], joining: [joiner]))
        group.accept(group.commit([.proposal(.remove(leaf: 3))]))
        #expect(group.decide(group.commit([add]).input).refusedRule == nil)
    }

    /// RFC 9420 §11.2: the first commit of a successor group carries the PSK of the old one.
    @Test func resumptionUsageInANewGroup() {
        let group = ForgedGroup(size: 1)
        #expect(group.group.context.epoch == 0)
        let psk = PreSharedKeyID(
            key: .resumption(usage: .reInit, groupID: [1], epoch: 3),
            nonce: [UInt8](repeating: 1, count: 32))
        #expect(group.decide(group.commit([.proposal(.psk(psk))]).input).refusedRule == nil)
    }

    @Test func allProposalsOfAnExternalSender() {
        let group = groupWithHub()
        let nonce = [UInt8](repeating: 1, count: 32)
        for proposal in [
            .add(joiner.keyPackage()), .remove(leaf: 1),
            .psk(PreSharedKeyID(key: .application(.appAck, id: [1]), nonce: nonce)),
            .reInit(reInit),
            .groupContextExtensions(group.group.context.extensions),
            .appDataUpdate(AppDataUpdate(ComponentID(0x8001), .update([1]))),
            .appEphemeral(AppEphemeral(.appAck, data: [])),
        ] as [Proposal] {
            let forged = group.proposal(proposal, as: .external(index: 0), signedBy: hubSender)
            #expect(group.decide(forged.input).refusedRule == nil, "\(proposal.type)")
        }
    }

    /// mls-extensions §6.3: leaving, committed by another, and joining over a leaver.
    @Test func selfRemoveInBothKindsOfCommit() {
        var group = ForgedGroup(size: 4)
        let leave = group.queue(.selfRemove, by: 3)
        var other = group
        group.accept(group.commit([leave]))
        #expect(group.group.tree.leaf(at: 3) == nil)
        other.accept(other.externalCommit(by: joiner, [leave]))
        // The joiner takes the leaver's place, the leftmost blank one.
        #expect(other.group.tree.leaf(at: 3)?.credential == joiner.credential)
    }

    @Test func resyncOnARightmostLeaf() {
        var group = ForgedGroup(size: 5)
        let again = group.clients[4]!
        group.accept(group.externalCommit(by: again, [.proposal(.remove(leaf: 4))]))
        #expect(group.group.tree.width == 8)
        #expect(group.group.tree.leaf(at: 4)?.credential == again.credential)
    }

    @Test func appDataUpdatesApplyInTheOrderOfTheCommit() {
        var profile = GroupProfile.plain
        profile.components = SmallComponent()
        var group = ForgedGroup(size: 2, profile: profile)
        let updates = [[1], [2, 3]].map {
            Proposal.appDataUpdate(AppDataUpdate(SmallComponent.id, .update($0)))
        }
        // The forger replaces where this component appends, so only the message is used.
        let forged = group.commit(updates.map { .proposal($0) })
        group.accept(ForgedHandshake(input: GroupHandshake(message: forged.input.message)))
        #expect(group.group.extensions.dictionary?[SmallComponent.id] == [1, 2, 3])
        // A dictionary where there was none is appended last.
        #expect(group.group.context.extensions.last?.type == .appDataDictionary)
    }

    @Test("Adds, removals, updates, external commits", arguments: CipherSuite.allCases)
    func lifeInEverySuite(suite: CipherSuite) {
        var group = ForgedGroup(suite, size: 5)
        let newcomer = ForgedClient("newcomer", suite)
        let update = group.queue(.update(group.updateLeaf(of: 1)), by: 1)
        group.accept(group.commit([update, .proposal(.remove(leaf: 3))]))
        group.accept(group.externalCommit(by: newcomer))
        #expect(group.group.tree.leaf(at: 3)?.credential == newcomer.credential)
        group.accept(group.commit(by: 3))
        #expect(group.group.context.treeHash.count == suite.hash.size)
    }

    /// The last epoch that a counter can hold has no successor.
    @Test func commitInTheLastEpoch() throws {
        let creator = ForgedClient("client 0", .x25519Aes128)
        let genesis = ForgedGroup.genesis(of: creator, editInfo: { $0.groupContext.epoch = .max })
        var group = ForgedGroup(size: 1)
        group.state = try RoomState(
            startingWith: RoomState.decide(genesis, .plain).events()[0], .plain)
        let commit = Commit(proposals: [], path: nil)
        let message = group.message(
            .commit(commit), from: .member(leaf: 0), signedBy: creator,
            tag: group.suite.hash.hash([]))
        var profile = GroupProfile.plain
        profile.enforcement = .without(.pathRequired)
        let input = GroupHandshake(message: MLSMessage.publicMessage(message).encoded)
        let decision = group.state.decide(input, now: ForgedGroup.now, profile)
        #expect(decision.refusedRule == .groupContext)
    }

    /// RFC 9420 §12.2: only who processes the commit must support its proposals.
    @Test func aTypeThatOnlyALeaverLacks() {
        let type = ProposalType(0xf001)
        let group = ForgedGroup(size: 3) {
            if $0.name != "client 2" { $0.capabilities.proposals.append(type) }
        }
        let custom = ProposalOrRef.proposal(.other(type, [1]))
        let with = group.commit([.proposal(.remove(leaf: 2)), custom])
        #expect(group.decide(with.input).refusedRule == nil)
        #expect(group.decide(group.commit([custom]).input).refusedRule == .proposalSupport)
        // The same for a proposal that waits beside the Remove.
        var queued = group
        #expect(group.decide(group.proposal(.other(type, [1])).input).refusedRule != nil)
        _ = queued.queue(.remove(leaf: 2), by: 1)
        #expect(queued.decide(queued.proposal(.other(type, [1])).input).refusedRule == nil)
    }

    @Test func aProposalSentAgain() {
        var group = ForgedGroup(size: 3)
        let forged = group.proposal(.remove(leaf: 2))
        group.accept(forged)
        let hash = group.state.stateHash
        #expect(group.decide(forged.input).events().isEmpty)
        #expect(group.state.stateHash == hash)
    }

    @Test func companionsOfAProposal() {
        let group = ForgedGroup(size: 3)
        let proposal = group.proposal(.remove(leaf: 2)).input.message
        let commit = group.commit([.proposal(.add(joiner.keyPackage()))]).input
        for (input, rule) in [
            (GroupHandshake(message: proposal, welcome: commit.welcome), Rule.welcome),
            (GroupHandshake(message: proposal, groupInfo: commit.groupInfo), .groupInfo),
            (GroupHandshake(message: proposal, tree: commit.tree), .suppliedTree),
        ] {
            #expect(group.decide(input).refusedRule == rule)
        }
    }

    /// D-14 is about the tree that results: the committer's own new leaf counts.
    @Test func aCapabilityThatTheCommitterBringsAlong() {
        let type = CredentialType(0xf0f0)
        let group = ForgedGroup(size: 1)
        var newcomer = joiner
        newcomer.credential = .other(type, [1])
        newcomer.capabilities.credentials.append(type)
        var edits = CommitEdits()
        edits.leaf = { $0.capabilities.credentials.append(type) }
        let forged = group.commit([.proposal(.add(newcomer.keyPackage()))], edits: edits)
        #expect(group.decide(forged.input).refusedRule == nil)
    }

    @Test func longTextsAreCut() {
        let group = ForgedGroup(size: 2)
        let forged = group.proposal(
            .remove(leaf: 1), edit: { $0.groupID = [UInt8](repeating: 7, count: 100_000) })
        guard case .rejected(let refusal) = group.decide(forged.input) else {
            Issue.record("accepted")
            return
        }
        #expect(refusal.description.utf8.count < 1000)
    }
}
