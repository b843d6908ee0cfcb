import MLSMessages

/// How many leaves support each code point, so that "every member supports it" is one look-up.
///
/// Counts may be negative in the census of a change, which is added to that of the tree.
struct CapabilityCensus: Sendable {
    private(set) var leaves = 0
    private var extensions: [ExtensionType: Int] = [:]
    private var proposals: [ProposalType: Int] = [:]
    private var credentials: [CredentialType: Int] = [:]
    private var credentialsInUse: [CredentialType: Int] = [:]

    /// Counts one leaf in place of another; nil is a blank.
    mutating func replace(_ old: LeafNode?, by new: LeafNode?) {
        if let old, let new, old.capabilities == new.capabilities,
            old.credential.type == new.credential.type
        {
            return
        }
        if let old { count(old, -1) }
        if let new { count(new, 1) }
    }

    /// Counts a leaf, or with −1 takes it out again.
    private mutating func count(_ leaf: LeafNode, _ step: Int) {
        leaves += step
        let capabilities = leaf.capabilities
        for type in Set(capabilities.extensions) { extensions[type, default: 0] += step }
        for type in Set(capabilities.proposals) { proposals[type, default: 0] += step }
        for type in Set(capabilities.credentials) { credentials[type, default: 0] += step }
        credentialsInUse[leaf.credential.type, default: 0] += step
    }

    func count(_ type: ExtensionType) -> Int { extensions[type, default: 0] }
    func count(_ type: ProposalType) -> Int { proposals[type, default: 0] }
    func count(_ type: CredentialType) -> Int { credentials[type, default: 0] }
    func countInUse(_ type: CredentialType) -> Int { credentialsInUse[type, default: 0] }
    var typesInUse: some Sequence<CredentialType> { credentialsInUse.keys }
}

/// A census of some members: the tree's with that of a change added.
struct Membership {
    private let base: CapabilityCensus
    private let change: CapabilityCensus

    init(_ base: CapabilityCensus, adding change: CapabilityCensus) {
        self.base = base
        self.change = change
    }

    private var leaves: Int { base.leaves + change.leaves }

    func allSupport(_ type: ExtensionType) -> Bool {
        type.isDefault || base.count(type) + change.count(type) == leaves
    }

    func allSupport(_ type: ProposalType) -> Bool {
        type.isDefault || base.count(type) + change.count(type) == leaves
    }

    func allSupport(_ type: CredentialType) -> Bool {
        base.count(type) + change.count(type) == leaves
    }

    /// The credential types of the leaves.
    var credentialTypes: Set<CredentialType> {
        Set(base.typesInUse).union(change.typesInUse).filter {
            base.countInUse($0) + change.countInUse($0) > 0
        }
    }
}
