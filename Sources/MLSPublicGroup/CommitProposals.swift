import MLSMessages
import PresentationLanguage
import RuleBook

/// The proposals of a commit with their references resolved, in the order of the commit.
package struct CommitProposals: Sendable {
    package struct Entry: Sendable {
        package let proposal: Proposal
        package let sender: Sender
        /// Nil for a proposal that the commit itself carries.
        package let reference: [UInt8]?

        /// The leaf that the proposal takes away or replaces.
        package var target: UInt32? { proposal.target(from: sender) }

        package init(proposal: Proposal, sender: Sender, reference: [UInt8]?) {
            self.proposal = proposal
            self.sender = sender
            self.reference = reference
        }

        /// A proposal that waits.
        package init(_ pending: PendingProposal) {
            self.init(
                proposal: pending.proposal, sender: pending.sender, reference: pending.reference)
        }
    }

    package let entries: [Entry]
    /// The commit's sender.
    package let committer: Sender

    package init(entries: [Entry], committer: Sender) {
        self.entries = entries
        self.committer = committer
    }

    /// The entries of a type.
    package func ofType(_ types: ProposalType...) -> [Entry] {
        entries.filter { types.contains($0.proposal.type) }
    }

    /// The key packages to be added, in the order of the commit.
    package var added: [KeyPackage] {
        entries.compactMap {
            if case .add(let keyPackage) = $0.proposal { keyPackage } else { nil }
        }
    }

    /// The leaves that go.
    package var removed: Set<UInt32> {
        Set(ofType(.remove, .selfRemove).compactMap(\.target))
    }

    /// Whether the commit needs a path (D-50): for an empty list, and for types that change who knows
    /// what.
    package var demandsPath: Bool {
        entries.isEmpty
            || !ofType(.update, .remove, .externalInit, .groupContextExtensions, .selfRemove)
                .isEmpty
    }

    /// A name for an entry in refusals.
    static func item(_ position: Int, _ proposal: Proposal) -> String {
        "proposal \(position) (\(proposal.type.name))"
    }
}

extension PublicGroup {
    /// Resolves and judges the proposals of a commit: D-40, the rules of each inline one, and those
    /// of the list. `now` is in milliseconds since the Unix epoch; nil leaves out lifetimes.
    package func proposals(
        of handshake: AuthenticatedHandshake, now: UInt64?, _ profile: GroupProfile
    ) throws(Refusal) -> CommitProposals {
        guard let commit = handshake.commit else { preconditionFailure("not a commit") }
        let list = try resolve(commit.proposals, of: handshake.sender, profile)
        let single = ProposalRules(group: self, profile: profile, now: now.map { $0 / 1000 })
        for (position, entry) in list.entries.enumerated() where entry.reference == nil {
            try single.check(
                entry.proposal, from: entry.sender, isInline: true,
                CommitProposals.item(position, entry.proposal))
        }
        try judge(list: list, profile)
        return list
    }

    /// Judges proposals as one list: D-26, D-41 to D-46.
    package func judge(list: CommitProposals, _ profile: GroupProfile) throws(Refusal) {
        try ProposalListRules(group: self, list: list, profile: profile).check()
    }

    /// The proposals that a commit holds and names (D-40).
    package func resolve(
        _ items: [ProposalOrRef], of committer: Sender, _ profile: GroupProfile
    ) throws(Refusal) -> CommitProposals {
        var entries: [CommitProposals.Entry] = []
        var named = Set<[UInt8]>()
        for item in items {
            switch item {
            case .proposal(let proposal):
                entries.append(.init(proposal: proposal, sender: committer, reference: nil))
            case .reference(let reference):
                let known = pending[reference]
                try profile.enforcement.require(
                    .proposalReference, known != nil && named.insert(reference).inserted,
                    "reference \(hex(reference))", expected: "a proposal of this epoch, once",
                    found: known == nil ? "none" : "it again")
                guard let known else { continue }
                entries.append(
                    .init(proposal: known.proposal, sender: known.sender, reference: reference))
            }
        }
        return CommitProposals(entries: entries, committer: committer)
    }
}

extension Proposal {
    /// The leaf that the proposal takes away or replaces.
    func target(from sender: Sender) -> UInt32? {
        switch (self, sender) {
        case (.remove(let leaf), _): leaf
        case (.update, .member(let leaf)), (.selfRemove, .member(let leaf)): leaf
        default: nil
        }
    }
}
