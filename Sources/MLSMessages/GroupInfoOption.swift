import PresentationLanguage

/// ```
/// struct {
///     GroupInfoRepresentation representation;
///     select (GroupInfoOption.representation) {
///         case full(1):    GroupInfo group_info;
///         case partial(2): PartialGroupInfo partial_group_info;
///     };
/// } GroupInfoOption;
/// ```
/// ratchet-tree-options §4: the GroupInfo of a commit's new epoch, whole or without what the hub
/// computes itself
package enum GroupInfoOption: TLSCodable, Hashable, Sendable {
    case full(GroupInfo)
    case partial(PartialGroupInfo)

    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        switch try reader.readUInt8() {
        case 1: self = .full(try GroupInfo(from: &reader))
        case 2: self = .partial(try PartialGroupInfo(from: &reader))
        case let value:
            throw DecodingError(
                .invalidValue(field: "representation", value: UInt64(value)), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        switch self {
        case .full(let groupInfo):
            writer.write(UInt8(1))
            groupInfo.write(to: &writer)
        case .partial(let partial):
            writer.write(UInt8(2))
            partial.write(to: &writer)
        }
    }
}

/// ```
/// enum { none(0), present(1), removed(2), added(3), (255) } RatchetTreePresence;
///
/// struct {
///     RatchetTreePresence ratchet_tree_presence;
///     Extension group_info_extensions<V>;        // without ratchet_tree
///     opaque signature<V>;
/// } PartialGroupInfo;
/// ```
/// ratchet-tree-options §4
package struct PartialGroupInfo: TLSCodable, Hashable, Sendable {
    package enum TreePresence: UInt8, Sendable {
        case none = 0
        case present = 1
        case removed = 2
        case added = 3
    }

    package let treePresence: TreePresence
    package let extensions: [Extension]
    package let signature: [UInt8]

    package init(treePresence: TreePresence, extensions: [Extension], signature: [UInt8]) {
        self.treePresence = treePresence
        self.extensions = extensions
        self.signature = signature
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        treePresence = try reader.readEnum("ratchet_tree_presence")
        extensions = try reader.readList()
        signature = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        writer.write(treePresence.rawValue)
        writer.write(list: extensions)
        writer.write(opaque: signature)
    }
}
