import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook
import TestSupport
import Testing

/// Inputs of many small parts: four times as many take about four times as long, and not sixteen.
@Suite struct HostileSizeTests {
    /// Between the 4 of linear time and the 16 of quadratic time.
    private static let limit = 9.0

    @Test func manyAppDataUpdates() {
        let group = ForgedGroup(size: 2)
        func input(_ count: Int) -> GroupHandshake {
            let ids = (0x8000...0xffff).map { ComponentID($0) }.filter { !$0.isGREASE }
            let updates = ids.prefix(count).map {
                Proposal.appDataUpdate(AppDataUpdate($0, .update([1])))
            }
            // The forger's own reading of the list is not what is tested.
            let commit = Commit(proposals: updates.map { .proposal($0) }, path: nil)
            let message = group.message(
                .commit(commit), from: .member(leaf: 0), signedBy: group.clients[0]!,
                tag: group.suite.hash.hash([]))
            return GroupHandshake(message: MLSMessage.publicMessage(message).encoded)
        }
        let inputs = [8000: input(8000), 32_000: input(32_000)]
        let ratio = growth(from: 8000) { size in
            guard case .commitAccepted(let change)? = group.decide(inputs[size]!).events().first
            else {
                Issue.record("no commit")
                return
            }
            #expect(change.extensions?.count == 1)
        }
        #expect(ratio < Self.limit)
    }

    @Test func manyExternalSenders() {
        func list(_ senders: some Sequence<ExternalSender>) -> [Extension] {
            [Extension(.externalSenders, data: ExternalSenders(Array(senders)).encoded)]
        }
        func change(_ count: Int) -> (ForgedGroup, GroupHandshake) {
            let senders = (0..<count).map {
                ExternalSender(
                    signatureKey: Array("key \($0)".utf8), credential: .basic(identity: [1]))
            }
            let group = ForgedGroup(size: 2, extensions: list(senders))
            return (
                group, group.proposal(.groupContextExtensions(list(senders.reversed()))).input
            )
        }
        let changes = [10_000: change(10_000), 40_000: change(40_000)]
        let ratio = growth(from: 10_000) { size in
            let (group, input) = changes[size]!
            #expect(group.decide(input).refusedRule == nil)
        }
        #expect(ratio < Self.limit)
    }

    @Test func manyPendingProposals() {
        let ratio = growth(from: 8000) { count in
            var group = ForgedGroup(size: 2)
            for number in 0..<UInt32(count) {
                let proposal = PendingProposal(
                    reference: SHA256.hash(number.encoded).bytes, sender: .member(leaf: 0),
                    proposal: .remove(leaf: 1))
                try? group.state.apply(.proposalQueued(proposal), group.profile)
                _ = group.state.stateHash
            }
            #expect(group.group.pending.list.count == count)
        }
        #expect(ratio < Self.limit)
    }
}
