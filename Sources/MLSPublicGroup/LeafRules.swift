import MLSCrypto
import MLSMessages
import PresentationLanguage
import RuleBook

/// How a leaf enters the tree (RFC 9420 §7.3).
package enum LeafOrigin: Sendable {
    case add, update, path, imported
}

/// Rules about one leaf that hold whatever else is in the group: D-10, D-11, D-13 (its own part),
/// D-15, D-16, D-19, D-20, D-36.
package struct LeafRules {
    private let suite: CipherSuite
    private let groupID: [UInt8]
    private let profile: GroupProfile
    private var rules: Enforcement { profile.enforcement }

    package init(suite: CipherSuite, groupID: [UInt8], profile: GroupProfile) {
        self.suite = suite
        self.groupID = groupID
        self.profile = profile
    }

    /// `index` is where the leaf is or will be, `use` why its credential is looked at.
    /// `now` is in seconds since the Unix epoch; nil leaves out the lifetime.
    package func check(
        _ leaf: LeafNode, at index: UInt32, from origin: LeafOrigin, as use: CredentialUse,
        now: UInt64?, _ item: String
    ) throws(Refusal) {
        try checkSource(leaf, from: origin, item)
        try checkCapabilities(leaf, item)
        try checkExtensions(leaf, item)
        if let now { try checkLifetime(leaf, now: now, item) }
        try checkKeys(leaf, at: index, item)
        try checkCredential(leaf.credential, of: leaf.signatureKey, as: use, item)
    }

    /// D-11
    private func checkSource(
        _ leaf: LeafNode, from origin: LeafOrigin, _ item: String
    ) throws(Refusal) {
        let expected: String
        let fits: Bool
        switch (origin, leaf.source) {
        case (.add, let source):
            expected = "key_package"
            if case .keyPackage = source { fits = true } else { fits = false }
        case (.update, let source):
            expected = "update"
            fits = source == .update
        case (.path, let source):
            expected = "commit"
            if case .commit = source { fits = true } else { fits = false }
        case (.imported, _):
            return
        }
        try rules.require(
            .leafSource, fits, item, expected: "leaf_node_source \(expected)",
            found: leaf.source.name)
    }

    /// D-13 and D-15: what a leaf must list of itself and the group.
    private func checkCapabilities(_ leaf: LeafNode, _ item: String) throws(Refusal) {
        let capabilities = leaf.capabilities
        try rules.require(
            .versionAndSuite, capabilities.versions.contains(.mls10), item,
            expected: "mls10 in capabilities.versions", found: "\(capabilities.versions)")
        let suiteID = CipherSuiteID(suite.rawValue)
        try rules.require(
            .versionAndSuite, capabilities.cipherSuites.contains(suiteID), item,
            expected: "\(suiteID) in capabilities.cipher_suites",
            found: "\(capabilities.cipherSuites)")
        try rules.require(
            .leafExtensions, capabilities.credentials.contains(leaf.credential.type), item,
            expected: "its credential type in its capabilities",
            found: leaf.credential.type.description)
        try rules.require(
            .grease, !leaf.credential.type.isGREASE, item,
            expected: "a credential type that is not GREASE",
            found: leaf.credential.type.description)
    }

    /// D-13: a leaf's own extensions; D-36: its dictionary.
    private func checkExtensions(_ leaf: LeafNode, _ item: String) throws(Refusal) {
        let repeated = leaf.extensions.repeatedType
        try rules.require(
            .leafExtensions, repeated == nil, item, expected: "each extension type once",
            found: "\(repeated?.description ?? "") twice")
        let listed = Set(leaf.capabilities.extensions)
        let unlisted = leaf.extensions.first { !$0.type.isDefault && !listed.contains($0.type) }
        try rules.require(
            .leafExtensions, unlisted == nil, item,
            expected: "its extensions in its capabilities",
            found: unlisted?.type.description ?? "")
        try leaf.extensions.dictionary(of: item)?.checkPlace(.leafNode, item, profile)
    }

    /// D-16
    private func checkLifetime(
        _ leaf: LeafNode, now: UInt64, _ item: String
    ) throws(Refusal) {
        guard case .keyPackage(let lifetime) = leaf.source else { return }
        try rules.require(
            .lifetime, lifetime.notBefore <= now && now <= lifetime.notAfter, item,
            expected: "a lifetime that includes \(now)",
            found: "\(lifetime.notBefore) to \(lifetime.notAfter)")
        guard let maximum = profile.maximumLifetime else { return }
        let span = lifetime.notAfter.subtractingReportingOverflow(lifetime.notBefore).partialValue
        try rules.require(
            .lifetime, span <= maximum, item, expected: "a lifetime of at most \(maximum) s",
            found: "\(span) s")
    }

    /// D-10: the signature, and that the encryption key is one of the suite.
    private func checkKeys(
        _ leaf: LeafNode, at index: UInt32, _ item: String
    ) throws(Refusal) {
        try rules.require(
            .leafSignature, suite.kem.isPublicKey(leaf.encryptionKey), item,
            expected: "an encryption_key of the cipher suite", found: hex(leaf.encryptionKey))
        try rules.require(
            .leafSignature,
            suite.signature.verifyWithLabel(
                publicKey: leaf.signatureKey, label: "LeafNodeTBS",
                content: leaf.toBeSigned(groupID: groupID, leafIndex: index),
                signature: leaf.signature),
            item, expected: "a signature for this group and leaf \(index)",
            found: "one that does not verify")
    }

    /// D-19
    func checkCredential(
        _ credential: Credential, of signatureKey: [UInt8], as use: CredentialUse, _ item: String
    ) throws(Refusal) {
        if case .x509(let certificates) = credential {
            let certifies = certificates.first.flatMap { try? X509Certificate(der: $0) }?
                .certifies(signatureKey, of: suite.signature)
            try rules.require(
                .credential, certifies ?? false, item,
                expected: "an end-entity certificate of the signature_key",
                found: certifies == nil ? "no certificate" : "one of another key")
        }
        let objection = profile.credentials.objection(to: credential, of: signatureKey, as: use)
        try rules.require(
            .credential, objection == nil, item, expected: "a valid credential",
            found: objection ?? "")
    }
}
