import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     Extension extensions<V>;
///     uint32 signer;
///     opaque signature<V>;
/// } GroupInfoParts;
/// ```
/// What a GroupInfo holds beside the group's own state. A ratchet_tree extension keeps its place
/// with no data: the tree is the group's.
package struct GroupInfoParts: TLSCodable, Hashable, Sendable {
    package let extensions: [Extension]
    package let signer: UInt32
    package let signature: [UInt8]

    package init(_ groupInfo: GroupInfo) {
        extensions = groupInfo.extensions.withoutTree
        signer = groupInfo.signer
        signature = groupInfo.signature
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        extensions = try reader.readList()
        signer = try reader.readUInt32()
        signature = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        writer.write(list: extensions)
        writer.write(signer)
        writer.write(opaque: signature)
    }
}

/// ```
/// struct {
///     uint64 epoch;
///     opaque tree_hash<V>;
///     opaque confirmed_transcript_hash<V>;
///     opaque confirmation_tag<V>;
///     optional<Extensions> extensions;           // of the GroupContext, where they changed
///     optional<ReInit> reinit;
///     opaque key_packages<V><V>;                 // KeyPackageRefs that were used up
///     optional<GroupInfoParts> group_info;
///     TreeChange tree;
/// } GroupChange;
/// ```
/// What an accepted commit does to a group: all that ``PublicGroup/apply(_:)`` needs, so that
/// replaying a log takes no validation.
package struct GroupChange: TLSCodable, Sendable {
    package let epoch: UInt64
    package let treeHash: [UInt8]
    package let confirmedTranscriptHash: [UInt8]
    package let confirmationTag: [UInt8]
    package let extensions: [Extension]?
    package let reInit: ReInit?
    package let keyPackages: [[UInt8]]
    package let groupInfo: GroupInfoParts?
    package let tree: TreeChange

    init(
        context: GroupContext, confirmationTag: [UInt8], extensions: [Extension]?,
        reInit: ReInit?, keyPackages: [[UInt8]], groupInfo: GroupInfoParts?, tree: TreeChange
    ) {
        epoch = context.epoch
        treeHash = context.treeHash
        confirmedTranscriptHash = context.confirmedTranscriptHash
        self.confirmationTag = confirmationTag
        self.extensions = extensions
        self.reInit = reInit
        self.keyPackages = keyPackages
        self.groupInfo = groupInfo
        self.tree = tree
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        epoch = try reader.readUInt64()
        treeHash = try reader.readOpaque()
        confirmedTranscriptHash = try reader.readOpaque()
        confirmationTag = try reader.readOpaque()
        extensions = try reader.readOptional { (reader) throws(DecodingError) in
            try reader.readList()
        }
        reInit = try reader.readOptional()
        keyPackages = try reader.readOpaqueList()
        groupInfo = try reader.readOptional()
        tree = try TreeChange(from: &reader)
    }

    package func write(to writer: inout Writer) {
        writer.write(epoch)
        writer.write(opaque: treeHash)
        writer.write(opaque: confirmedTranscriptHash)
        writer.write(opaque: confirmationTag)
        writer.write(UInt8(extensions == nil ? 0 : 1))
        if let extensions { writer.write(list: extensions) }
        writer.write(optional: reInit)
        writer.write(opaqueList: keyPackages)
        writer.write(optional: groupInfo)
        tree.write(to: &writer)
    }
}

extension PublicGroup {
    /// The GroupInfo of the epoch, as its committer signed it; nil where the group was followed without
    /// GroupInfos.
    package var exchangedGroupInfo: GroupInfo? {
        groupInfo.map {
            GroupInfo(
                groupContext: context, extensions: $0.extensions.map(withTree),
                confirmationTag: confirmationTag, signer: $0.signer, signature: $0.signature)
        }
    }

    /// A ratchet_tree extension with the data that it was kept without.
    private func withTree(_ kept: Extension) -> Extension {
        kept.type == .ratchetTree ? Extension(.ratchetTree, data: tree.exchanged.encoded) : kept
    }
}
