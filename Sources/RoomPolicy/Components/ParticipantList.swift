import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     IdentifierUri user;
///     uint32 role_index;
/// } UserRolePair;
/// ```
/// MIMI protocol §7.5
package struct UserRolePair: TLSCodable, Hashable, Sendable {
    package let user: [UInt8]
    package let role: UInt32

    package init(_ user: [UInt8], role: UInt32) {
        self.user = user
        self.role = role
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        user = try reader.readOpaque()
        role = try reader.readUInt32()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: user)
        writer.write(role)
    }
}

/// ```
/// struct {
///     UserRolePair participants<V>;
/// } ParticipantListData;
/// ```
/// MIMI protocol §7.5: the component `participant_list`. The order counts: updates name places.
package struct ParticipantList: TLSCodable, Hashable, Sendable {
    package let participants: [UserRolePair]
    private let places: [[UInt8]: Int]
    /// Users who are on the list without being in the room.
    package let bannedCount: Int

    /// Where a user is twice, the first place counts; B-3 refuses such a list.
    package init(_ participants: [UserRolePair]) {
        self.participants = participants
        bannedCount = participants.count { $0.role <= Role.banned }
        places = Dictionary(
            participants.enumerated().map { ($1.user, $0) }, uniquingKeysWith: { first, _ in first }
        )
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        self.init(try reader.readList())
    }

    package func write(to writer: inout Writer) {
        writer.write(list: participants)
    }

    /// The place of a user in the list.
    package func place(of user: [UInt8]) -> Int? { places[user] }

    /// The role of a user; 0 for one who is not on the list.
    package func role(of user: [UInt8]) -> UInt32 {
        places[user].map { participants[$0].role } ?? Role.nobody
    }

    package func contains(_ user: [UInt8]) -> Bool { places[user] != nil }

    /// Whether a user is here twice.
    package var repeatedUser: [UInt8]? {
        places.count == participants.count
            ? nil
            : participants.enumerated().first { places[$1.user] != $0 }?.element.user
    }

    /// The list after the updates of one commit, whose places are all those of this list (H-2): first
    /// the changes, then the removals, then the additions in their order. Nil if a place is outside
    /// the list or named twice.
    package func applying(_ updates: [ParticipantListUpdate]) -> ParticipantList? {
        var named = Set<UInt32>()
        var list = participants
        for change in updates.lazy.flatMap(\.changed) {
            guard change.place < list.count, named.insert(change.place).inserted else { return nil }
            list[Int(change.place)] = UserRolePair(
                list[Int(change.place)].user, role: change.role)
        }
        var removed = Set<Int>()
        for place in updates.lazy.flatMap(\.removed) {
            guard place < list.count, named.insert(place).inserted else { return nil }
            removed.insert(Int(place))
        }
        if !removed.isEmpty {
            list = list.enumerated().filter { !removed.contains($0.offset) }.map(\.element)
        }
        return ParticipantList(list + updates.flatMap(\.added))
    }
}

/// ```
/// struct {
///     uint32 user_index;
///     uint32 role_index;
/// } UserindexRolePair;
///
/// struct {
///     UserindexRolePair changedRoleParticipants<V>;
///     uint32 removedIndices<V>;
///     UserRolePair addedParticipants<V>;
/// } ParticipantListUpdate;
/// ```
/// MIMI protocol §7.5
package struct ParticipantListUpdate: TLSCodable, Hashable, Sendable {
    package struct Change: TLSCodable, Hashable, Sendable {
        package let place: UInt32
        package let role: UInt32

        package init(place: UInt32, role: UInt32) {
            self.place = place
            self.role = role
        }

        package init(from reader: inout Reader) throws(DecodingError) {
            place = try reader.readUInt32()
            role = try reader.readUInt32()
        }

        package func write(to writer: inout Writer) {
            writer.write(place)
            writer.write(role)
        }
    }

    package var changed: [Change]
    package var removed: [UInt32]
    package var added: [UserRolePair]

    package init(changed: [Change] = [], removed: [UInt32] = [], added: [UserRolePair] = []) {
        self.changed = changed
        self.removed = removed
        self.added = added
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        changed = try reader.readList()
        removed = try reader.readList()
        added = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        writer.write(list: changed)
        writer.write(list: removed)
        writer.write(list: added)
    }
}

extension ParticipantListUpdate {
    /// The AppDataUpdate that makes it.
    package var proposal: Proposal {
        .appDataUpdate(AppDataUpdate(.participantList, .update(encoded)))
    }
}
