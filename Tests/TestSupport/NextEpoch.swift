import MLSMessages
import MLSPublicGroup
import PresentationLanguage

/// What proposals make of a group, worked out without any check: the forger's own reading of
/// RFC 9420 §12.3.
struct NextEpoch {
    var tree: TreeDraft
    var extensions: [Extension]
    var added: [KeyPackage] = []
    var addedLeaves: [UInt32] = []

    init(
        _ group: PublicGroup, _ list: [ProposalOrRef], _ resolving: [PendingProposal],
        committer: UInt32?
    ) {
        tree = TreeDraft(group.tree)
        extensions = group.context.extensions
        let own: Sender = committer.map { .member(leaf: $0) } ?? .newMemberCommit
        let proposals: [(Sender, Proposal)] = list.compactMap { item in
            switch item {
            case .proposal(let proposal): return (own, proposal)
            case .reference(let reference):
                let known =
                    group.pending[reference] ?? resolving.first { $0.reference == reference }
                return known.map { ($0.sender, $0.proposal) }
            }
        }
        apply(proposals, [.groupContextExtensions, .update])
        apply(proposals, [.selfRemove])
        apply(proposals, [.remove])
        apply(proposals, [.add, .appDataUpdate])
    }

    private mutating func apply(_ proposals: [(Sender, Proposal)], _ types: Set<ProposalType>) {
        for (sender, proposal) in proposals where types.contains(proposal.type) {
            switch (proposal, sender) {
            case (.groupContextExtensions(let list), _):
                extensions = list
            case (.update(let leaf), .member(let index)):
                tree.update(leaf, at: index)
            case (.selfRemove, .member(let index)), (.remove(let index), _):
                tree.remove(index)
            case (.add(let keyPackage), _):
                added.append(keyPackage)
                addedLeaves.append(tree.add(keyPackage.leafNode))
            case (.appDataUpdate(let update), _):
                let data = extensions.data(of: .appDataDictionary)
                let dictionary = data.flatMap { try? AppDataDictionary(parsing: $0) }
                var components = dictionary?.byComponent ?? [:]
                if case .update(let payload) = update.operation {
                    components[update.component] = payload
                } else {
                    components[update.component] = nil
                }
                extensions = extensions.setting(
                    .appDataDictionary, to: AppDataDictionary(components).encoded)
            default:
                break
            }
        }
    }
}
