import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook
import TestSupport
import Testing

/// Inputs of many small parts. Each of these takes a moment in linear time, and minutes in
/// quadratic time: the limit is far from both.
@Suite(.serialized, .timeLimit(.minutes(1))) struct HostileSizeTests {
    @Test func manyAppDataUpdates() {
        let group = ForgedGroup(size: 2)
        let ids = (0x8000...0xffff).map { ComponentID($0) }.filter { !$0.isGREASE }
        let updates = ids.map { Proposal.appDataUpdate(AppDataUpdate($0, .update([1]))) }
        let proposals = updates.map { ProposalOrRef.proposal($0) }
        // The forger's own reading of the list is not what is tested.
        let commit = Commit(proposals: proposals, path: nil)
        let message = group.message(
            .commit(commit), from: .member(leaf: 0), signedBy: group.clients[0]!,
            tag: group.suite.hash.hash([]))
        let input = GroupHandshake(message: MLSMessage.publicMessage(message).encoded)
        guard case .commitAccepted(let change)? = group.decide(input).events().first else {
            Issue.record("no commit")
            return
        }
        #expect(change.extensions?.count == 1)
    }

    @Test func manyExternalSenders() {
        let senders = (0..<40_000).map {
            ExternalSender(
                signatureKey: Array("key \($0)".utf8), credential: .basic(identity: [1]))
        }
        func list(_ senders: [ExternalSender]) -> [Extension] {
            [Extension(.externalSenders, data: ExternalSenders(senders).encoded)]
        }
        let group = ForgedGroup(size: 2, extensions: list(senders))
        let forged = group.proposal(.groupContextExtensions(list(senders.reversed())))
        #expect(group.decide(forged.input).refusedRule == nil)
    }

    @Test func manyPendingProposals() {
        var group = ForgedGroup(size: 2)
        for number in 0..<30_000 as Range<UInt32> {
            let proposal = PendingProposal(
                reference: SHA256.hash(number.encoded).bytes, sender: .member(leaf: 0),
                proposal: .remove(leaf: 1))
            try? group.state.apply(.proposalQueued(proposal), group.profile)
            _ = group.state.stateHash
        }
        #expect(group.group.pending.list.count == 30_000)
    }
}
