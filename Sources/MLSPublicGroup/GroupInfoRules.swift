import MLSCrypto
import MLSMessages
import PresentationLanguage
import RuleBook

/// Rules about a GroupInfo by itself, of a new epoch as on import: D-60 to D-62, D-36.
struct GroupInfoRules {
    let suite: CipherSuite
    let profile: GroupProfile
    private var rules: Enforcement { profile.enforcement }

    /// `key` is the signature key of the signer's leaf; nil if there is no such leaf.
    func check(_ groupInfo: GroupInfo, signedBy key: [UInt8]?) throws(Refusal) {
        let list = groupInfo.extensions
        try rules.require(
            .groupInfoExtensions, list.repeatedType == nil, "GroupInfo",
            expected: "each extension type once",
            found: "\(list.repeatedType?.description ?? "") twice")
        try rules.require(
            .groupInfoTree, profile.allowsTreeInGroupInfo || list.data(of: .ratchetTree) == nil,
            "GroupInfo", expected: "no ratchet_tree extension", found: "one")
        try checkExternalPub(list)
        try list.dictionary(of: "GroupInfo")?.checkPlace(.groupInfo, "GroupInfo", profile)
        try rules.require(
            .groupInfo,
            suite.signature.verifyWithLabel(
                publicKey: key ?? [], label: "GroupInfoTBS", content: groupInfo.toBeSigned,
                signature: groupInfo.signature),
            "GroupInfo", expected: "a signature by leaf \(groupInfo.signer)",
            found: key == nil ? "a signer that is no member" : "one that does not verify")
    }

    /// D-62
    private func checkExternalPub(_ list: [Extension]) throws(Refusal) {
        guard let data = list.data(of: .externalPub) else {
            return try rules.require(
                .groupInfoExtensions, !profile.requiresExternalPub, "GroupInfo",
                expected: "an external_pub extension", found: "none")
        }
        let key = (try? ExternalPub(parsing: data))?.publicKey
        try rules.require(
            .groupInfoExtensions, key.map(suite.kem.isPublicKey) ?? false, "external_pub",
            expected: "a public key of the cipher suite", found: hex(data))
    }
}
