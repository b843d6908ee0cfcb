import MLSCrypto
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook

/// ```
///   0  uint8          format = 1
///   1  uint8          kind                // 1 group, 2 MIMI room
///      select (kind) {
///          case 2: RoomSettings settings; bool closed;
///      }
///      GroupParts     group
/// ```
/// All of a room's state but the tree of its group.
package struct StateParts: TLSCodable, Sendable {
    package static let format: UInt8 = 1

    /// What a MIMI room has beside its group.
    struct Room: Sendable {
        let settings: RoomSettings
        let isClosed: Bool
    }

    /// Nil of a group that is no MIMI room.
    let room: Room?
    package let group: GroupParts

    package init(_ state: RecordedState) {
        room = state.room.map { Room(settings: $0.settings, isClosed: $0.isClosed) }
        group = GroupParts(state.group)
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        try reader.readFormat(Self.format)
        let start = reader.offset
        switch try reader.readUInt8() {
        case 1:
            room = nil
        case 2:
            room = Room(
                settings: try RoomSettings(from: &reader), isClosed: try Bool(from: &reader))
        case let kind:
            throw DecodingError(.invalidValue(field: "kind", value: UInt64(kind)), at: start)
        }
        group = try GroupParts(from: &reader)
    }

    package func write(to writer: inout Writer) {
        writer.write(Self.format)
        writer.write(UInt8(room == nil ? 1 : 2))
        if let room {
            room.settings.write(to: &writer)
            room.isClosed.write(to: &writer)
        }
        group.write(to: &writer)
    }
}

/// Why bytes are not the state that they should be.
package enum StateEncodingError: Error, Hashable, Sendable {
    case malformed(DecodingError)
    /// The parts don't make a state: another tree than the GroupContext's, say.
    case refused(Refusal)
    /// It is a state, but not this one.
    case otherState(expected: Digest32, found: Digest32)
}

extension StateEncodingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let error): "\(error)"
        case .refused(let refusal): "\(refusal)"
        case .otherState(let expected, let found): "state \(found), not \(expected)"
        }
    }
}

/// ```
/// struct {
///     StateParts parts;
///     FullTree tree;
/// } RecordedState;
/// ```
/// All that later decisions and the state hash depend on. A state has one encoding.
///
/// The state hash covers the tree by the GroupContext, the key packages that were used, and the references
/// of the proposals that wait, but not these proposals themselves: who keeps an encoding where bits may
/// change keeps a hash of it, too.
extension RecordedState {
    package var encoded: [UInt8] {
        var writer = Writer()
        StateParts(self).write(to: &writer)
        FullTree(group.tree).write(to: &writer)
        return writer.bytes
    }

    /// The state of an encoding, if it is the one with this state hash and its tree that of its
    /// GroupContext.
    package init(
        encoded bytes: [UInt8], expecting stateHash: Digest32, _ profile: GroupProfile,
        _ services: RoomServices
    ) throws(StateEncodingError) {
        let (parts, tree): (StateParts, FullTree)
        do {
            var reader = try Reader(bytes.span.bytes, limits: .unbounded)
            parts = try StateParts(from: &reader)
            tree = try FullTree(from: &reader)
            try reader.finish()
        } catch {
            throw .malformed(error)
        }
        try self.init(parts, tree, expecting: stateHash, profile, services)
    }

    package init(
        _ parts: StateParts, _ tree: FullTree, expecting stateHash: Digest32,
        _ profile: GroupProfile, _ services: RoomServices
    ) throws(StateEncodingError) {
        do throws(Refusal) {
            if let room = parts.room {
                self = .room(
                    try MIMIRoom(room.settings, isClosed: room.isClosed, services) {
                        (profile) throws(Refusal) in
                        RoomState(try PublicGroup(parts.group, tree: tree, profile))
                    })
            } else {
                self = .group(RoomState(try PublicGroup(parts.group, tree: tree, profile)))
            }
        } catch {
            throw .refused(error)
        }
        guard self.stateHash == stateHash else {
            throw .otherState(expected: stateHash, found: self.stateHash)
        }
    }
}
