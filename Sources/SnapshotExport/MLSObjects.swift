import EventLog
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomLog

/// The group of a room as a client gets it that is to join by itself: the bytes that members exchanged.
package struct MLSObjects: Sendable {
    /// An MLSMessage with the GroupInfo of the epoch (RFC 9420 §12.4.3); nil where none came with the
    /// commit that led to it.
    package let groupInfo: [UInt8]?
    /// `optional<Node> ratchet_tree<V>` (RFC 9420 §12.4.3.3)
    package let ratchetTree: [UInt8]

    package init(_ folded: FoldedRoom) {
        let group = folded.state.group
        groupInfo = group.exchangedGroupInfo.map { MLSMessage.groupInfo($0).encoded }
        ratchetTree = group.tree.exchanged.encoded
    }
}

/// What `rooms.json` says of an export of MLS objects: which room is in which directory.
package struct MLSObjectsIndex: Encodable, Sendable {
    package struct Entry: Encodable, Sendable {
        let room: String
        let directory: String
        let epoch: UInt64
        let seq: UInt64
        let groupInfo: Bool

        private enum CodingKeys: String, CodingKey {
            case room, directory, epoch, seq
            case groupInfo = "group_info"
        }
    }

    package static let format = "mimi-hub-store-mls-objects/1"

    let format = Self.format
    let origin: String
    private(set) var rooms: [Entry] = []

    package init(origin: String) {
        self.origin = origin
    }

    /// Adds a room, whose objects are in the directory that is returned.
    package mutating func add(_ folded: FoldedRoom, _ objects: MLSObjects) -> String {
        let directory = "\(folded.last.room)"
        rooms.append(
            Entry(
                room: String(decoding: folded.uri, as: UTF8.self), directory: directory,
                epoch: folded.last.epoch, seq: folded.last.gseq,
                groupInfo: objects.groupInfo != nil))
        return directory
    }
}
