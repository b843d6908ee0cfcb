import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     opaque group_info<V>;                      // MLSMessage(GroupInfo)
///     optional<RatchetTree> ratchet_tree;        // opaque<V>: optional<Node> ratchet_tree<V>
/// } GroupGenesis;
/// ```
/// What a group is imported from, as received. In a record the tree is left out, being in the event.
package struct GroupGenesis: TLSCodable, Hashable, Sendable {
    package let groupInfo: [UInt8]
    package let tree: [UInt8]?

    package init(groupInfo: [UInt8], tree: [UInt8]?) {
        self.groupInfo = groupInfo
        self.tree = tree
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        groupInfo = try reader.readOpaque()
        tree = try reader.readOptionalOpaque()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: groupInfo)
        writer.write(optionalOpaque: tree)
    }

    /// What a record keeps of it as evidence.
    package var evidence: GroupGenesis {
        GroupGenesis(groupInfo: withoutTree(groupInfo), tree: nil)
    }
}

/// ```
/// struct {
///     RoomSettings settings;
///     GroupGenesis genesis;
///     ParentReading parents<V>;
/// } RoomFounding;
/// ```
/// What a hub founds a MIMI room with.
package struct RoomFounding: TLSCodable, Hashable, Sendable {
    package let settings: RoomSettings
    package let genesis: GroupGenesis
    /// The rooms that were looked at as parents.
    package let parents: [ParentReading]

    package init(
        _ settings: RoomSettings, _ genesis: GroupGenesis, parents: [ParentReading] = []
    ) {
        self.settings = settings
        self.genesis = genesis
        self.parents = parents
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        settings = try RoomSettings(from: &reader)
        genesis = try GroupGenesis(from: &reader)
        parents = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        settings.write(to: &writer)
        genesis.write(to: &writer)
        writer.write(list: parents)
    }

    /// What a record keeps of it as evidence.
    package var evidence: RoomFounding {
        RoomFounding(settings, genesis.evidence, parents: parents)
    }
}

/// ```
/// struct {
///     opaque message<V>;                         // MLSMessage(PublicMessage)
///     optional<Welcome> welcome;                 // opaque<V>: MLSMessage(Welcome)
///     optional<GroupInfo> group_info;            // opaque<V>: MLSMessage(GroupInfo)
///     optional<RatchetTree> ratchet_tree;        // opaque<V>: optional<Node> ratchet_tree<V>
/// } GroupHandshake;
/// ```
/// A proposal or a commit with what came with it, as received. In a record the tree is left out:
/// it was the one that the commit produces, so that replaying gives it back.
package struct GroupHandshake: TLSCodable, Hashable, Sendable {
    package let message: [UInt8]
    package let welcome: [UInt8]?
    package let groupInfo: [UInt8]?
    package let tree: [UInt8]?

    package init(
        message: [UInt8], welcome: [UInt8]? = nil, groupInfo: [UInt8]? = nil, tree: [UInt8]? = nil
    ) {
        self.message = message
        self.welcome = welcome
        self.groupInfo = groupInfo
        self.tree = tree
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        message = try reader.readOpaque()
        welcome = try reader.readOptionalOpaque()
        groupInfo = try reader.readOptionalOpaque()
        tree = try reader.readOptionalOpaque()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: message)
        writer.write(optionalOpaque: welcome)
        writer.write(optionalOpaque: groupInfo)
        writer.write(optionalOpaque: tree)
    }

    /// What a record keeps of it as evidence.
    package var evidence: GroupHandshake {
        GroupHandshake(
            message: message, welcome: welcome, groupInfo: groupInfo.map(withoutTree))
    }
}

/// An MLSMessage with a GroupInfo whose ratchet_tree extension, if it has one, is left without data:
/// the tree is the group's, and its encoding has one form only.
private func withoutTree(_ message: [UInt8]) -> [UInt8] {
    guard case .groupInfo(var groupInfo)? = try? MLSMessage(parsing: message),
        groupInfo.extensions.data(of: .ratchetTree) != nil
    else { return message }
    groupInfo.extensions = groupInfo.extensions.withoutTree
    return MLSMessage.groupInfo(groupInfo).encoded
}

extension GroupGenesis {
    /// The input again that the evidence is of: a tree that was left out is the one of the event.
    package func evidence(of events: [RoomEvent]) -> GroupGenesis {
        for case .groupImported(let imported) in events {
            let tree = imported.tree.encoded
            return GroupGenesis(groupInfo: with(tree: tree, in: groupInfo), tree: tree)
        }
        return self
    }
}

extension GroupHandshake {
    /// The input again that the evidence is of, where it led to a group of this tree.
    package func evidence(leadingTo tree: @autoclosure () -> RatchetTreeNodes) -> GroupHandshake {
        guard let groupInfo, hasEmptyTree(groupInfo) else { return self }
        return GroupHandshake(
            message: message, welcome: welcome,
            groupInfo: with(tree: tree().encoded, in: groupInfo),
            tree: self.tree)
    }
}

private func hasEmptyTree(_ message: [UInt8]) -> Bool {
    guard case .groupInfo(let groupInfo)? = try? MLSMessage(parsing: message) else { return false }
    return groupInfo.extensions.data(of: .ratchetTree)?.isEmpty ?? false
}

/// An MLSMessage with a GroupInfo whose tree was left out, with the tree.
private func with(tree: [UInt8], in message: [UInt8]) -> [UInt8] {
    guard case .groupInfo(var groupInfo)? = try? MLSMessage(parsing: message),
        hasEmptyTree(message)
    else { return message }
    groupInfo.extensions = groupInfo.extensions.map {
        $0.type == .ratchetTree ? Extension(.ratchetTree, data: tree) : $0
    }
    return MLSMessage.groupInfo(groupInfo).encoded
}
