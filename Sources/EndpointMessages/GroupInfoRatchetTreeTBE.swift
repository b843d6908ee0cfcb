import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     GroupInfo groupInfo;      // without ratchet_tree
///     RatchetTreeOption ratchetTreeOption;
///     PendingProposal pending_proposals<V>;
/// } GroupInfoRatchetTreeTBE;
/// ```
/// MIMI protocol §5.6: what a ``GroupInfoResponse`` carries encrypted, with the room's id as the
/// context
package struct GroupInfoRatchetTreeTBE: TLSCodable, Hashable, Sendable {
    package static let label = "GroupInfo and ratchet_tree encryption"

    package let groupInfo: GroupInfo
    package let tree: RatchetTreeOption
    package let pendingProposals: [PendingProposalEntry]

    package init(
        groupInfo: GroupInfo, tree: RatchetTreeOption, pendingProposals: [PendingProposalEntry]
    ) {
        self.groupInfo = groupInfo
        self.tree = tree
        self.pendingProposals = pendingProposals
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        groupInfo = try GroupInfo(from: &reader)
        tree = try RatchetTreeOption(from: &reader)
        pendingProposals = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        groupInfo.write(to: &writer)
        tree.write(to: &writer)
        writer.write(list: pendingProposals)
    }
}
