import MLSMessages
import PresentationLanguage
import RuleBook

/// Rules about a leaf and the group that it is in: D-12, D-13 (the group's part), D-14, D-17, D-21.
struct LeafContextRules {
    let extensions: ContextExtensions
    let profile: GroupProfile
    private var rules: Enforcement { profile.enforcement }

    init(_ extensions: ContextExtensions, _ profile: GroupProfile) {
        self.extensions = extensions
        self.profile = profile
    }

    func check(_ leaf: LeafNode, in members: Membership, _ item: String) throws(Refusal) {
        try checkRequired(leaf, item)
        try checkGroupExtensions(leaf, item)
        try checkCredentialTypes(leaf, members, item)
        try checkComponents(leaf, item)
    }

    /// D-17, over the tree that results.
    func checkUnique(_ leaf: LeafNode, in tree: TreeDraft, _ item: String) throws(Refusal) {
        try rules.require(
            .uniqueKeys, tree.holders(encryptionKey: leaf.encryptionKey) <= 1, item,
            expected: "an encryption_key of its own", found: hex(leaf.encryptionKey))
        try rules.require(
            .uniqueKeys, tree.holders(signatureKey: leaf.signatureKey) <= 1, item,
            expected: "a signature_key of its own", found: hex(leaf.signatureKey))
    }

    /// D-12
    private func checkRequired(_ leaf: LeafNode, _ item: String) throws(Refusal) {
        let demanded = extensions.demanded
        let own = leaf.capabilities
        let extensionType = demanded.requiredExtensions.subtracting(own.extensions).min()
        let proposalType = demanded.proposals.subtracting(own.proposals).min()
        let credentialType = demanded.credentials.subtracting(own.credentials).min()
        let missing =
            extensionType?.description ?? proposalType?.description ?? credentialType?.description
        try rules.require(
            .requiredCapabilities, missing == nil, item,
            expected: "the required capabilities", found: "no support for \(missing ?? "")")
    }

    /// D-13
    private func checkGroupExtensions(_ leaf: LeafNode, _ item: String) throws(Refusal) {
        let missing = extensions.demanded.extensions.subtracting(leaf.capabilities.extensions).min()
        try rules.require(
            .leafExtensions, missing == nil, item, expected: "support for the group's extensions",
            found: "none for \(missing?.description ?? "")")
    }

    /// D-14
    private func checkCredentialTypes(
        _ leaf: LeafNode, _ members: Membership, _ item: String
    ) throws(Refusal) {
        let type = leaf.credential.type
        try rules.require(
            .credentialTypes, members.allSupport(type), item,
            expected: "a credential type that all members support", found: type.description)
        let own = Set(leaf.capabilities.credentials)
        let missing = members.credentialTypes.subtracting(own).min()
        try rules.require(
            .credentialTypes, missing == nil, item,
            expected: "support for the credential types in use",
            found: "none for \(missing?.description ?? "")")
    }

    /// D-21
    func checkComponents(_ leaf: LeafNode, _ item: String) throws(Refusal) {
        guard rules.holds(.appComponents) else { return }
        try checkWireFormats(leaf, item)
        guard leaf.capabilities.extensions.contains(.appDataDictionary) else { return }
        let own = try leaf.extensions.dictionary(of: item)
        for (component, demanded) in [
            (ComponentID.appComponents, extensions.appComponents),
            (.safeAAD, extensions.safeAAD),
        ] {
            let isDemanded =
                demanded != nil || component == .appComponents && profile.leavesListComponents
            guard isDemanded else { continue }
            let listed = try own?.components(component)
            try rules.require(
                .appComponents, listed != nil, item,
                expected: "component \(component) in its dictionary", found: "none")
            let missing = (demanded ?? []).subtracting(listed ?? []).min()
            try rules.require(
                .appComponents, missing == nil, item,
                expected: "the group's components in its component \(component)",
                found: "not \(missing?.description ?? "")")
        }
    }

    /// D-21: the formats of RFC 9420 itself go without saying.
    private func checkWireFormats(_ leaf: LeafNode, _ item: String) throws(Refusal) {
        let required = extensions.requiredWireFormats
        guard !required.isEmpty else { return }
        let data = leaf.extensions.data(of: .supportedWireFormats)
        let supported = data.flatMap { try? WireFormats(parsing: $0) }?.formats ?? []
        let missing = required.subtracting(supported).min()
        try rules.require(
            .appComponents, missing == nil, item, expected: "the required wire formats",
            found: "no support for \(missing?.description ?? "")")
    }
}
