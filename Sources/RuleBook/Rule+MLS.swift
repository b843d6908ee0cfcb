/// Section D: what a hub, which is not a member, checks of RFC 9420 and the MLS extensions.
extension Rule {
    // MARK: Framing

    /// Only the one canonical encoding, and nothing after it (RFC 9420 §2.1).
    package static let canonicalEncoding = Rule(.mls, 1)
    /// Handshakes as PublicMessage, application data as PrivateMessage only (RFC 9420 §6).
    package static let wireFormat = Rule(.mls, 2)
    /// The group's protocol version, group id and current epoch (RFC 9420 §12.4.2).
    package static let groupAndEpoch = Rule(.mls, 3)
    /// What each type of sender may send (RFC 9420 §6.1, §12.1.8).
    package static let senderContent = Rule(.mls, 4)
    /// The message signature, by the key of the sender (RFC 9420 §6.1).
    package static let messageSignature = Rule(.mls, 5)
    /// The sender exists, and the tags of its message are there (RFC 9420 §6.1, §6.2).
    package static let senderAndTags = Rule(.mls, 6)
    /// authenticated_data is a SafeAAD where the group asks for it (mls-extensions §4.9).
    package static let safeAAD = Rule(.mls, 7)

    // MARK: Leaf nodes

    /// A leaf's own signature, bound to its place (RFC 9420 §7.2, §7.3).
    package static let leafSignature = Rule(.mls, 10)
    /// leaf_node_source fits the way the leaf arrives (RFC 9420 §7.3).
    package static let leafSource = Rule(.mls, 11)
    /// A leaf has the required capabilities (RFC 9420 §7.3, §11.1).
    package static let requiredCapabilities = Rule(.mls, 12)
    /// A leaf lists what it uses and what the GroupContext uses (RFC 9420 §7.2, §13.4).
    package static let leafExtensions = Rule(.mls, 13)
    /// Every member supports every credential type in use (RFC 9420 §7.3).
    package static let credentialTypes = Rule(.mls, 14)
    /// A leaf lists the group's version and cipher suite (RFC 9420 §7.2).
    package static let versionAndSuite = Rule(.mls, 15)
    /// The lifetime of a key package's leaf (RFC 9420 §7.2).
    package static let lifetime = Rule(.mls, 16)
    /// signature_key and encryption_key are unique in the tree (RFC 9420 §7.3).
    package static let uniqueKeys = Rule(.mls, 17)
    /// A replaced leaf gets a new encryption_key (RFC 9420 §7.3, §12.4.2).
    package static let freshLeafKey = Rule(.mls, 18)
    /// The authentication service accepts the credential (RFC 9420 §5.3.1).
    package static let credential = Rule(.mls, 19)
    /// No GREASE where only known values may be (RFC 9420 §13.5).
    package static let grease = Rule(.mls, 20)
    /// A leaf's component lists cover the group's (mls-extensions §4.6, §5).
    package static let appComponents = Rule(.mls, 21)

    // MARK: Key packages and single proposals

    /// A valid key package for this group (RFC 9420 §10.1).
    package static let keyPackage = Rule(.mls, 25)
    /// A key package is used once, unless it is a last-resort one (RFC 9420 §10, §16.8).
    package static let keyPackageReuse = Rule(.mls, 26)
    /// An Add carries a key package that may join (RFC 9420 §12.1.1).
    package static let add = Rule(.mls, 27)
    /// An Update comes from a member (RFC 9420 §12.1.2).
    package static let update = Rule(.mls, 28)
    /// A Remove names a member (RFC 9420 §12.1.3).
    package static let remove = Rule(.mls, 29)
    /// A PreSharedKey proposal is well formed (RFC 9420 §12.1.4).
    package static let preSharedKey = Rule(.mls, 30)
    /// A ReInit does not go back to an older version (RFC 9420 §12.1.5).
    package static let reInit = Rule(.mls, 31)
    /// Every resulting member supports the new GroupContext extensions (RFC 9420 §12.1.7).
    package static let groupContextExtensions = Rule(.mls, 32)
    /// A SelfRemove comes from a member of a group that supports it (mls-extensions §6.3).
    package static let selfRemove = Rule(.mls, 33)
    /// The component accepts the AppDataUpdate (mls-extensions §4.7).
    package static let appDataUpdate = Rule(.mls, 34)
    /// The component accepts the AppEphemeral (mls-extensions §4.8).
    package static let appEphemeral = Rule(.mls, 35)
    /// Dictionaries are sorted, and components are where they belong (mls-extensions §4.6).
    package static let appDataDictionary = Rule(.mls, 36)

    // MARK: Proposal lists

    /// Every reference names a proposal accepted in this epoch (RFC 9420 §12.4).
    package static let proposalReference = Rule(.mls, 40)
    /// Not the committer's own, and one change per leaf (RFC 9420 §12.2).
    package static let oneChangePerLeaf = Rule(.mls, 41)
    /// No client is in the group twice (RFC 9420 §12.2).
    package static let oneLeafPerClient = Rule(.mls, 42)
    /// One PSK of an id, one GroupContextExtensions, ReInit alone (RFC 9420 §12.2).
    package static let exclusiveProposals = Rule(.mls, 43)
    /// Every member that processes the commit supports its proposals (RFC 9420 §12.2, §13.2).
    package static let proposalSupport = Rule(.mls, 44)
    /// A component is removed once or updated (mls-extensions §4.7).
    package static let componentUpdates = Rule(.mls, 45)
    /// What an external commit may carry (RFC 9420 §12.4.3.2).
    package static let externalCommitProposals = Rule(.mls, 46)
    /// The order in which proposals apply (RFC 9420 §12.3).
    package static let applicationOrder = Rule(.mls, 47)

    // MARK: Commit, path, context

    /// A path where one is needed (RFC 9420 §12.4).
    package static let pathRequired = Rule(.mls, 50)
    /// Path nodes and ciphertexts match the tree (RFC 9420 §7.5, §7.6).
    package static let pathShape = Rule(.mls, 51)
    /// New keys only in a path (RFC 9420 §12.4.2).
    package static let pathKeys = Rule(.mls, 52)
    /// The path's leaf is bound to it by its parent hash (RFC 9420 §7.9).
    package static let pathParentHash = Rule(.mls, 53)
    /// Where and how an external joiner enters (RFC 9420 §12.4.3.2).
    package static let externalJoiner = Rule(.mls, 54)
    /// Adding and removing leaves (RFC 9420 §7.7).
    package static let treeShape = Rule(.mls, 55)
    /// The new GroupContext (RFC 9420 §8.1, §8.2).
    package static let groupContext = Rule(.mls, 56)
    /// Nothing after a ReInit (RFC 9420 §12.4.2).
    package static let reInitialized = Rule(.mls, 57)

    // MARK: GroupInfo, Welcome, tree import

    /// The GroupInfo says what the hub computed, signed by the committer (RFC 9420 §12.4.3).
    package static let groupInfo = Rule(.mls, 60)
    /// No ratchet tree inside a MIMI GroupInfo (MIMI protocol §5.3).
    package static let groupInfoTree = Rule(.mls, 61)
    /// The extensions of a GroupInfo (RFC 9420 §12.4.3.2, §13.4).
    package static let groupInfoExtensions = Rule(.mls, 62)
    /// The Welcome is for exactly the added key packages (RFC 9420 §12.4.3.1).
    package static let welcome = Rule(.mls, 63)
    /// The supplied tree is the computed one (ratchet-tree-options §3).
    package static let suppliedTree = Rule(.mls, 64)
    /// An imported tree is well formed (RFC 9420 §12.4.3.1).
    package static let importedTree = Rule(.mls, 65)
    /// Every parent of an imported tree is parent-hash valid (RFC 9420 §7.9.2).
    package static let importedParentHash = Rule(.mls, 66)

    /// All rules of section D that the code enforces, in order. D-8 (SemiPrivateMessage) is not yet.
    package static let mls: [Rule] = [
        .canonicalEncoding, .wireFormat, .groupAndEpoch, .senderContent, .messageSignature,
        .senderAndTags, .safeAAD, .leafSignature, .leafSource, .requiredCapabilities,
        .leafExtensions, .credentialTypes, .versionAndSuite, .lifetime, .uniqueKeys,
        .freshLeafKey, .credential, .grease, .appComponents, .keyPackage, .keyPackageReuse, .add,
        .update, .remove, .preSharedKey, .reInit, .groupContextExtensions, .selfRemove,
        .appDataUpdate, .appEphemeral, .appDataDictionary, .proposalReference, .oneChangePerLeaf,
        .oneLeafPerClient, .exclusiveProposals, .proposalSupport, .componentUpdates,
        .externalCommitProposals, .applicationOrder, .pathRequired, .pathShape, .pathKeys,
        .pathParentHash, .externalJoiner, .treeShape, .groupContext, .reInitialized, .groupInfo,
        .groupInfoTree, .groupInfoExtensions, .welcome, .suppliedTree, .importedTree,
        .importedParentHash,
    ]
}
