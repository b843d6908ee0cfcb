import LMDBStore
import MLSCrypto
import PresentationLanguage

/// Rows that follow from the records of the log and can be made from them again. Keys and values are the
/// caller's; the raw value is the name.
package enum Projection: String, CaseIterable, Sendable {
    /// Which rooms a user is a participant of.
    case participation
    /// The child rooms of a room.
    case childRoom = "child_room"
    /// Rooms with fixed membership, by their participants.
    case fixedRoom = "fixed_room"
    /// The states of rooms, written behind the log; see ``RoomHead``.
    case roomState = "room_state"

    /// Those whose rows change in the transaction of the record that they follow from.
    package static let inline: [Projection] = [.participation, .childRoom, .fixedRoom]
}

/// The sum modulo 2^256 of SHA-256(`opaque key<V>` ‖ value) over the rows of a projection: it follows
/// each change at the cost of the change, and any other row makes another sum.
package struct RowDigest: Hashable, Sendable {
    /// The lowest 64 bits first.
    private var limbs: [UInt64] = [0, 0, 0, 0]

    package init() {}

    package mutating func add(_ key: [UInt8], _ value: [UInt8]) {
        var carry = false
        for (place, term) in Self.terms(key, value).enumerated() {
            let (sum, over) = limbs[place].addingReportingOverflow(term)
            let (carried, overAgain) = sum.addingReportingOverflow(carry ? 1 : 0)
            (limbs[place], carry) = (carried, over || overAgain)
        }
    }

    package mutating func remove(_ key: [UInt8], _ value: [UInt8]) {
        var borrow = false
        for (place, term) in Self.terms(key, value).enumerated() {
            let (rest, under) = limbs[place].subtractingReportingOverflow(term)
            let (borrowed, underAgain) = rest.subtractingReportingOverflow(borrow ? 1 : 0)
            (limbs[place], borrow) = (borrowed, under || underAgain)
        }
    }

    private static func terms(_ key: [UInt8], _ value: [UInt8]) -> [UInt64] {
        var input = Writer(reserving: key.count + value.count + 2)
        input.write(opaque: key)
        input.write(bytes: value)
        let hash = SHA256.hash(input.bytes).bytes
        return (0..<4).reversed().map { limb in
            hash[8 * limb..<8 * limb + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
    }
}

/// `opaque digest[32]`, the highest byte first.
extension RowDigest: TLSCodable, CustomStringConvertible {
    package init(from reader: inout Reader) throws(DecodingError) {
        for place in (0..<4).reversed() { limbs[place] = try reader.readUInt64() }
    }

    package func write(to writer: inout Writer) {
        for limb in limbs.reversed() { writer.write(limb) }
    }

    package var description: String { Digest32(encoded)?.description ?? "" }
}

/// How far a projection is, and which of its two tables holds its rows: `p.NAME.odd` those of a version
/// that is odd, `p.NAME.even` those of one that is even.
///
/// ```
///   0  uint8   format = 1
///   1  uint8   status                    0 current, 1 building, 2 clearing
///   2  uint64  version                   of the rows in use, from 1
///  10  uint64  position                  the first record that the rows don't count in
///  18  opaque  digest[32]                of the rows in use
///  50  uint64  otherVersion              that is being built, or whose rows are being deleted; else 0
///  58  uint64  rooms                     building: rooms up to this number are done
///  66  uint64  partial                   building: of which record, plus one, the next room's rows are
///                                        that are there in part; else 0
///  74  opaque  otherDigest[32]           building: of the rows so far
/// 106
/// ```
package struct ProjectionState: Hashable, Sendable {
    package static let format: UInt8 = 1

    package enum Status: UInt8, Sendable {
        case current = 0
        case building = 1
        case clearing = 2
    }

    package internal(set) var status = Status.current
    package internal(set) var version: UInt64 = 1
    package internal(set) var position: UInt64
    package internal(set) var digest = RowDigest()
    package internal(set) var otherVersion: UInt64 = 0
    package internal(set) var rooms: UInt64 = 0
    package internal(set) var partial: UInt64 = 0
    package internal(set) var otherDigest = RowDigest()

    init(position: UInt64) {
        self.position = position
    }

    /// Leaves the other table to be emptied.
    mutating func clear(_ version: UInt64) {
        status = .clearing
        (otherVersion, rooms, partial, otherDigest) = (version, 0, 0, RowDigest())
    }

    /// Nothing is in the other table.
    mutating func rest() {
        status = .current
        (otherVersion, rooms, partial, otherDigest) = (0, 0, 0, RowDigest())
    }
}

extension ProjectionState: TLSCodable {
    package init(from reader: inout Reader) throws(DecodingError) {
        try reader.readFormat(Self.format)
        status = try reader.readEnum("status")
        let start = reader.offset
        version = try reader.readUInt64()
        position = try reader.readUInt64()
        digest = try RowDigest(from: &reader)
        otherVersion = try reader.readUInt64()
        rooms = try reader.readUInt64()
        partial = try reader.readUInt64()
        otherDigest = try RowDigest(from: &reader)
        // Before they are counted with.
        for number in [version, otherVersion, rooms, partial] where number >= Head.sequenceLimit {
            throw DecodingError(.invalidValue(field: "version", value: number), at: start)
        }
        let other: Bool =
            switch status {
            case .current: otherVersion == 0
            case .building: otherVersion == version + 1
            case .clearing: otherVersion == version + 1 || otherVersion + 1 == version
            }
        guard version > 0, other else {
            throw DecodingError(.invalidValue(field: "version", value: version), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        writer.write(Self.format)
        writer.write(status.rawValue)
        writer.write(version)
        writer.write(position)
        digest.write(to: &writer)
        writer.write(otherVersion)
        writer.write(rooms)
        writer.write(partial)
        otherDigest.write(to: &writer)
    }
}

/// The tables of all projections. Both of each stay: one that a transaction may still read is never
/// dropped.
struct ProjectionTables: Sendable {
    let states: Table
    private let odd: [Projection: Table]
    private let even: [Projection: Table]

    init(_ table: (String) throws(StoreError) -> Table) throws(StoreError) {
        states = try table("proj")
        var (odd, even): ([Projection: Table], [Projection: Table]) = ([:], [:])
        for projection in Projection.allCases {
            odd[projection] = try table("p.\(projection.rawValue).odd")
            even[projection] = try table("p.\(projection.rawValue).even")
        }
        (self.odd, self.even) = (odd, even)
    }

    /// The table of a version's rows.
    func table(of projection: Projection, _ version: UInt64) -> Table {
        guard let table = (version.isMultiple(of: 2) ? even : odd)[projection] else {
            preconditionFailure("a projection without a table")
        }
        return table
    }
}

/// A row to be put, or to be taken away where the value is nil.
package struct RowChange: Hashable, Sendable {
    package let key: [UInt8]
    package let value: [UInt8]?

    package init(key: [UInt8], value: [UInt8]?) {
        self.key = key
        self.value = value
    }
}

extension RowChange {
    /// What makes some rows others.
    package static func changes(
        from old: [[UInt8]: [UInt8]], to new: [[UInt8]: [UInt8]]
    ) -> [RowChange] {
        let gone = old.keys.filter { new[$0] == nil }.map { RowChange(key: $0, value: nil) }
        let put = new.filter { old[$0.key] != $0.value }
        return gone + put.map { RowChange(key: $0.key, value: $0.value) }
    }
}

/// What becomes of the rows of projections, in their order.
package struct ProjectionChanges: Sendable {
    package private(set) var rows: [Projection: [RowChange]] = [:]

    package init() {}

    package mutating func put(_ value: [UInt8], for key: [UInt8], in projection: Projection) {
        rows[projection, default: []].append(RowChange(key: key, value: value))
    }

    package mutating func remove(_ key: [UInt8], from projection: Projection) {
        rows[projection, default: []].append(RowChange(key: key, value: nil))
    }
}
