import MLSMessages
import PresentationLanguage
import RuleBook

/// ```
/// struct {
///     GroupContext context;
///     opaque confirmation_tag<V>;
///     optional<ReInit> reinit;
///     optional<GroupInfoParts> group_info;
///     opaque used_key_packages<V><V>;            // KeyPackageRefs, in their order
///     PendingProposal pending<V>;                // in their order
/// } GroupParts;
/// ```
/// All of a group but its tree. What follows from these is left out: the interim transcript hash, and the
/// running hashes over the lists.
package struct GroupParts: TLSCodable, Sendable {
    package let context: GroupContext
    package let confirmationTag: [UInt8]
    package let reInit: ReInit?
    package let groupInfo: GroupInfoParts?
    package let usedKeyPackages: [[UInt8]]
    package let pending: [PendingProposal]

    package init(_ group: PublicGroup) {
        context = group.context
        confirmationTag = group.confirmationTag
        reInit = group.reInit
        groupInfo = group.groupInfo
        usedKeyPackages = group.usedKeyPackages.list
        pending = group.pending.list
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        context = try GroupContext(from: &reader)
        confirmationTag = try reader.readOpaque()
        reInit = try reader.readOptional()
        groupInfo = try reader.readOptional()
        usedKeyPackages = try reader.readOpaqueList()
        let start = reader.offset
        pending = try reader.readList()
        guard Set(pending.map(\.reference)).count == pending.count else {
            throw DecodingError(
                .invalidValue(field: "pending", value: UInt64(pending.count)), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        context.write(to: &writer)
        writer.write(opaque: confirmationTag)
        writer.write(optional: reInit)
        writer.write(optional: groupInfo)
        writer.write(opaqueList: usedKeyPackages)
        writer.write(list: pending)
    }
}

extension PublicGroup {
    /// The group of these parts. Nothing is validated again, but the tree must be that of the
    /// GroupContext, whatever the profile enforces.
    package init(
        _ parts: GroupParts, tree: FullTree, _ profile: GroupProfile
    ) throws(Refusal) {
        let suite = try Self.suite(of: parts.context)
        let credentials = profile.credentials
        let tree = RatchetTree(
            nodes: tree.nodes, hash: suite.hash, clientName: { credentials.clientName(of: $0) })
        guard tree.treeHash == parts.context.treeHash else {
            throw Refusal(
                .groupContext, "ratchet tree",
                expected: "tree_hash \(hex(parts.context.treeHash))", found: hex(tree.treeHash))
        }
        var pending = PendingProposals()
        for proposal in parts.pending { pending.append(proposal) }
        var used = UsedKeyPackages(suite.hash)
        used.append(parts.usedKeyPackages)
        self.init(
            suite: suite, context: parts.context,
            extensions: try ContextExtensions(parts.context.extensions, profile),
            confirmationTag: parts.confirmationTag, tree: tree, groupInfo: parts.groupInfo,
            pending: pending, reInit: parts.reInit, usedKeyPackages: used)
    }
}
