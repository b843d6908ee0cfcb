import MLSCrypto
import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     ProposalRef reference;         // opaque<V>
///     Sender sender;
///     Proposal proposal;
/// } PendingProposal;
/// ```
/// A proposal that was accepted in the current epoch and waits for a commit.
package struct PendingProposal: TLSCodable, Hashable, Sendable {
    package let reference: [UInt8]
    package let sender: Sender
    package let proposal: Proposal

    package init(reference: [UInt8], sender: Sender, proposal: Proposal) {
        self.reference = reference
        self.sender = sender
        self.proposal = proposal
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        reference = try reader.readOpaque()
        sender = try Sender(from: &reader)
        proposal = try Proposal(from: &reader)
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: reference)
        sender.write(to: &writer)
        proposal.write(to: &writer)
    }
}

/// The proposals of the current epoch in the order in which they were accepted.
package struct PendingProposals: Sendable {
    package private(set) var list: [PendingProposal] = []
    private var places: [[UInt8]: Int] = [:]
    /// A running hash over the references, in their order.
    package private(set) var hash: Digest32 = .zero

    package subscript(reference: [UInt8]) -> PendingProposal? {
        places[reference].map { list[$0] }
    }

    /// Adds a proposal; one that is there already stays where it is.
    mutating func append(_ proposal: PendingProposal) {
        guard places[proposal.reference] == nil else { return }
        places[proposal.reference] = list.count
        list.append(proposal)
        hash = SHA256.hash(hash.bytes, proposal.reference)
    }

    /// Takes proposals out that no commit may name any more.
    mutating func remove(_ references: Set<[UInt8]>) {
        let kept = list.filter { !references.contains($0.reference) }
        self = PendingProposals()
        for proposal in kept { append(proposal) }
    }

    /// The leaves that go with a commit of these.
    package var removed: Set<UInt32> {
        Set(
            list.lazy.filter { $0.proposal.type != .update }
                .compactMap { $0.proposal.target(from: $0.sender) })
    }
}
