import EventLog
import LMDBStore
import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState

/// A room's state as rows: a commit changes those of its path and the first.
///
/// ```
/// uint64 room                                         RoomHead with the content of StateHead
/// uint64 room, uint8 255 - level / 4, uint32 node     NodeRow
/// ```
/// Four levels of a tree stand together, the highest first, so that a path lies in few pages. There is a row
/// for each leaf that is not blank, and for each parent.
package enum RoomStateRows {
    static func key(of place: NodeIndex, in room: UInt64) -> [UInt8] {
        var writer = Writer(reserving: 13)
        writer.write(room)
        writer.write(UInt8(255 - place.level / 4))
        writer.write(UInt32(place.value))
        return writer.bytes
    }

    static func head(of state: RecordedState, after last: Envelope) -> RoomHead {
        RoomHead(gseq: last.gseq, content: StateHead(state, after: last).encoded)
    }

    /// The row of a place; one to take away where the place is a blank leaf, or outside the tree.
    private static func row(
        of place: NodeIndex, in tree: RatchetTree, _ room: UInt64
    ) -> RowChange {
        let key = key(of: place, in: room)
        guard place.value < 2 * tree.width - 1 else { return RowChange(key: key, value: nil) }
        let node = tree.node(at: place)
        if place.isLeaf, node == nil { return RowChange(key: key, value: nil) }
        let hash = place.isLeaf ? [] : tree.hash(of: place)
        return RowChange(key: key, value: NodeRow(node: node, hash: hash).encoded)
    }

    /// The rows of some places as they are now.
    static func changes(
        of places: Set<Int>, in tree: RatchetTree, _ room: UInt64
    ) -> [RowChange] {
        places.map { row(of: NodeIndex($0), in: tree, room) }.sorted {
            $0.key.lexicographicallyPrecedes($1.key)
        }
    }

    /// All rows of a state, those of nodes in the order of their keys.
    package static func all(of state: RecordedState, after last: Envelope) -> RoomRows {
        let tree = state.group.tree
        let places = Set(0..<2 * tree.width - 1)
        let rows = changes(of: places, in: tree, last.room).compactMap { row in
            row.value.map { (row.key, $0) }
        }
        return RoomRows(head: head(of: state, after: last), rows: rows)
    }

    /// The state that rows hold. Throws the row that is not what it should be: each must have its place, and
    /// the whole the tree hash of its GroupContext and the state hash of the room's record.
    static func state(
        of found: RoomRows, in room: Room, _ rooms: RoomLog
    ) throws(ProjectionFinding) -> (FoldedRoom, width: Int) {
        let key = room.number.encoded
        let head: StateHead
        let record: Envelope
        do {
            head = try StateHead(parsing: found.head.content, limits: .unbounded)
            record = try rooms.log.envelope(ofRoom: room.number, at: head.roomSeq)
        } catch {
            throw ProjectionFinding(.roomState, key, expected: "a head", actual: "\(error)")
        }
        guard record.gseq == found.head.gseq, record.stateHash == head.stateHash else {
            throw ProjectionFinding(
                .roomState, key, expected: "record \(record.gseq), state \(record.stateHash)",
                actual: "record \(found.head.gseq), state \(head.stateHash)")
        }
        let nodes = try nodes(of: found.rows, in: room.number)
        let tree = FullTree(
            width: head.width,
            nodes.compactMap { place, row in row.node.map { (place, $0) } })
        guard let tree else {
            throw ProjectionFinding(
                .roomState, key, expected: "nodes of \(head.width) leaves", actual: "others")
        }
        let state: RecordedState
        do {
            state = try RecordedState(
                head.parts, tree, expecting: record.stateHash, rooms.profile, rooms.services)
        } catch {
            throw ProjectionFinding(
                .roomState, key, expected: "state \(record.stateHash)", actual: "\(error)")
        }
        try checkHashes(of: nodes, in: state.group.tree, room.number)
        return (FoldedRoom(uri: room.row.uri, state: state, last: record), head.width)
    }

    private static func nodes(
        of rows: [(key: [UInt8], value: [UInt8])], in room: UInt64
    ) throws(ProjectionFinding) -> [(place: NodeIndex, row: NodeRow)] {
        var nodes: [(place: NodeIndex, row: NodeRow)] = []
        for (key, value) in rows {
            do {
                let place = NodeIndex(Int(try UInt32(parsing: Array(key.suffix(4)))))
                guard Self.key(of: place, in: room) == key else {
                    throw DecodingError(
                        .invalidValue(field: "node", value: UInt64(place.value)), at: 9)
                }
                nodes.append((place, try NodeRow(parsing: value, limits: .unbounded)))
            } catch {
                throw ProjectionFinding(
                    .roomState, key, expected: "a row of a node", actual: "\(error)")
            }
        }
        return nodes
    }

    /// The hashes that are kept with the parents, which the tree does not need.
    private static func checkHashes(
        of nodes: [(place: NodeIndex, row: NodeRow)], in tree: RatchetTree, _ room: UInt64
    ) throws(ProjectionFinding) {
        var parents = 0
        for (place, row) in nodes {
            // What is outside the tree is a row of no use.
            let isInside = place.value < 2 * tree.width - 1
            let hash = place.isLeaf || !isInside ? [] : tree.hash(of: place)
            if !place.isLeaf { parents += 1 }
            guard isInside, row.hash == hash, !place.isLeaf || row.node != nil else {
                throw ProjectionFinding(
                    .roomState, key(of: place, in: room), expected: "\(place) of the tree",
                    actual: "another")
            }
        }
        guard parents == tree.width - 1 else {
            throw ProjectionFinding(
                .roomState, room.encoded, expected: "\(tree.width - 1) parents",
                actual: "\(parents)")
        }
    }
}

/// ```
/// 0  uint8   format = 1
///    optional<Node> node;                         // of a leaf never blank
///    opaque tree_hash<V>;                         // of a parent; empty of a leaf
/// ```
struct NodeRow: TLSCodable, Hashable, Sendable {
    static let format: UInt8 = 1

    let node: Node?
    let hash: [UInt8]

    init(node: Node?, hash: [UInt8]) {
        self.node = node
        self.hash = hash
    }

    init(from reader: inout Reader) throws(DecodingError) {
        try reader.readFormat(Self.format)
        node = try reader.readOptional()
        hash = try reader.readOpaque()
    }

    func write(to writer: inout Writer) {
        writer.write(Self.format)
        writer.write(optional: node)
        writer.write(opaque: hash)
    }
}

/// ```
///  0  uint64  roomSeq
///  8  opaque  stateHash[32]
/// 40  uint32  width                     leaves of the tree
/// 44  opaque  digest[32]                SHA-256(parts)
/// 76  StateParts parts
/// ```
/// The content of a room's ``RoomHead``: all of the state but the nodes.
struct StateHead: TLSCodable, Sendable {
    let roomSeq: UInt64
    let stateHash: Digest32
    let width: Int
    let parts: StateParts

    init(_ state: RecordedState, after last: Envelope) {
        roomSeq = last.roomSeq
        stateHash = last.stateHash
        width = state.group.tree.width
        parts = StateParts(state)
    }

    init(from reader: inout Reader) throws(DecodingError) {
        roomSeq = try reader.readUInt64()
        stateHash = try Digest32(from: &reader)
        let start = reader.offset
        let claimed = try reader.readUInt32()
        guard claimed > 0, claimed & (claimed - 1) == 0, claimed <= 1 << 30 else {
            throw DecodingError(.invalidValue(field: "width", value: UInt64(claimed)), at: start)
        }
        width = Int(claimed)
        let digest = try Digest32(from: &reader)
        let bytes = try reader.readRest()
        guard SHA256.hash(bytes) == digest else {
            throw DecodingError(.invalidValue(field: "digest", value: 0), at: start + 4)
        }
        parts = try StateParts(parsing: bytes, limits: .unbounded)
    }

    func write(to writer: inout Writer) {
        let bytes = parts.encoded
        writer.write(roomSeq)
        stateHash.write(to: &writer)
        writer.write(UInt32(width))
        SHA256.hash(bytes).write(to: &writer)
        writer.write(bytes: bytes)
    }
}

/// The places of a tree whose rows are not as the tree is by now.
struct ChangedPlaces: Sendable {
    private(set) var places: Set<Int> = []
    /// The fewest leaves that the tree had meanwhile: what was beyond is other nodes by now.
    private var smallestWidth = Int.max

    /// Counts in what a record did to a tree, which is the one after it.
    mutating func note(_ events: [RoomEvent], in tree: RatchetTree) {
        for case .commitAccepted(let change) in events {
            smallestWidth = min(smallestWidth, change.tree.width)
            for (place, _) in change.tree.nodes {
                places.insert(place.value)
                // The hashes above change with it.
                for above in place.directPath(width: tree.width) { places.insert(above.value) }
            }
        }
    }

    mutating func form(union other: ChangedPlaces) {
        places.formUnion(other.places)
        smallestWidth = min(smallestWidth, other.smallestWidth)
    }

    /// All of them, where the rows are of a tree of `old` leaves and are to be of one of `new`.
    func all(from old: Int, to new: Int) -> Set<Int> {
        let smallest = min(smallestWidth, old, new)
        return places.union(2 * smallest - 1..<2 * max(old, new) - 1)
    }
}
