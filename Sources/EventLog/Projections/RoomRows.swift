import LMDBStore
import PresentationLanguage

/// The first row of a room in ``Projection/roomState``, whose key is the room's number and begins the keys
/// of its other rows: where these stand.
///
/// ```
/// 0  uint8   format                     1; 0 alone: the rows are being changed, and of no use
/// 1  uint64  gseq                       of the room's record that they are the state after
/// 9  opaque  content[]                  the caller's
/// ```
package struct RoomHead: Hashable, Sendable {
    static let format: UInt8 = 1
    static let changing: [UInt8] = [0]

    package let gseq: UInt64
    package let content: [UInt8]

    package init(gseq: UInt64, content: [UInt8]) {
        self.gseq = gseq
        self.content = content
    }
}

extension RoomHead: TLSCodable {
    package init(from reader: inout Reader) throws(DecodingError) {
        try reader.readFormat(Self.format)
        gseq = try reader.readUInt64()
        content = try reader.readRest()
    }

    package func write(to writer: inout Writer) {
        writer.write(Self.format)
        writer.write(gseq)
        writer.write(bytes: content)
    }
}

/// All rows of a room in ``Projection/roomState``.
package struct RoomRows: Sendable {
    package let head: RoomHead
    package let rows: [(key: [UInt8], value: [UInt8])]

    package init(head: RoomHead, rows: [(key: [UInt8], value: [UInt8])]) {
        self.head = head
        self.rows = rows
    }
}

/// A change of a room's rows, of the size of a page or below it.
package struct RoomRowsChange: Sendable {
    package enum Base: Hashable, Sendable {
        /// The rows stand at this record.
        case at(gseq: UInt64)
        /// They are being changed.
        case changing
        case any
    }

    package let room: UInt64
    package let base: Base
    package let rows: [RowChange]
    /// The record that the rows stand at with all changes.
    package let gseq: UInt64
    /// The new head; nil if more changes follow.
    package let head: RoomHead?

    package init(
        room: UInt64, base: Base, rows: [RowChange], gseq: UInt64, head: RoomHead?
    ) {
        self.room = room
        self.base = base
        self.rows = rows
        self.gseq = gseq
        self.head = head
    }
}

extension EventLog {
    /// The rooms of records from a global sequence on, in the order of the records.
    package func roomsOfRecords(
        from gseq: UInt64
    ) throws(StoreError) -> Page<(gseq: UInt64, room: UInt64)> {
        try environment.read { (transaction) throws(StoreError) in
            let end = try tables.readHead(transaction).nextSequence
            var page = Page<(gseq: UInt64, room: UInt64)>()
            var limit = PageLimit(rows: PageLimit.rows)
            var next = gseq
            while next < end {
                page.elements.append((next, try tables.readEnvelope(next, transaction).room))
                next += 1
                guard limit.take() else { break }
            }
            page.next = next < end ? next : nil
            return page
        }
    }

    /// The rows of a room, where they are whole.
    package func roomRows(of room: UInt64) throws(StoreError) -> RoomRows? {
        // Between two pages they may be changed.
        for _ in 0..<3 {
            guard let first = try row(room.encoded, of: .roomState), first != RoomHead.changing
            else { return nil }
            var rows: [(key: [UInt8], value: [UInt8])] = []
            try allRows(beginning: room.encoded, of: .roomState) { key, value in
                if key.count > 8 { rows.append((key, value)) }
            }
            guard try row(room.encoded, of: .roomState) == first else { continue }
            let head: RoomHead
            do {
                head = try RoomHead(parsing: first, limits: .unbounded)
            } catch {
                throw StoreError(
                    .damaged(
                        table: Projection.roomState.rawValue, number: room, what: "\(error)"))
            }
            return RoomRows(head: head, rows: rows)
        }
        return nil
    }

    /// Changes rows of a room; false, and nothing is changed, if they don't stand where they should.
    /// `position` is what the rows of all rooms then count in up to.
    package func change(
        _ change: RoomRowsChange, position: UInt64
    ) async throws(StoreError) -> Bool {
        let tables = tables
        return try await environment.write { (transaction) throws(StoreError) in
            var (all, state) = try tables.state(of: .roomState, transaction)
            let table = all.table(of: .roomState, state.version)
            let found = try tables.readMark(of: change.room, in: table, transaction)
            switch change.base {
            case .at(let gseq): guard found == .at(gseq: gseq) else { return false }
            case .changing: guard found == .changing else { return false }
            case .any: break
            }
            let head = change.head?.encoded ?? RoomHead.changing
            let rows = change.rows + [RowChange(key: change.room.encoded, value: head)]
            try tables.apply(rows, to: table, &state.digest, transaction)
            if let other = try tables.otherTable(for: change, all, state, transaction) {
                try tables.apply(rows, to: other, &state.otherDigest, transaction)
            }
            state.position = max(
                state.position, min(position, try tables.readHead(transaction).nextSequence))
            try tables.write(state, of: .roomState, transaction)
            return true
        }
    }

    /// Takes rows of a room that is being changed away, as many as fit a page; whether there are more.
    package func clearRows(of room: UInt64, for gseq: UInt64) async throws(StoreError) -> Bool {
        let tables = tables
        return try await environment.write { (transaction) throws(StoreError) in
            var (all, state) = try tables.state(of: .roomState, transaction)
            let change = RoomRowsChange(
                room: room, base: .changing, rows: [], gseq: gseq, head: nil)
            let isMore = try tables.clear(
                room, in: all.table(of: .roomState, state.version), &state.digest, transaction)
            var isMoreOfOther = false
            if let other = try tables.otherTable(for: change, all, state, transaction) {
                isMoreOfOther = try tables.clear(room, in: other, &state.otherDigest, transaction)
            }
            try tables.write(state, of: .roomState, transaction)
            return isMore || isMoreOfOther
        }
    }
}

extension LogTables {
    /// Where a room's rows stand; nil where there are none.
    fileprivate func readMark(
        of room: UInt64, in table: Table, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) -> RoomRowsChange.Base? {
        try transaction.withValue(of: room.encoded, in: table) { (value) throws(StoreError) in
            guard value.byteCount > 1 else { return .changing }
            let name = RowName(table: table, number: room)
            return .at(
                gseq: try name.decode(value, as: RoomHead.self, limits: .unbounded).gseq)
        }
    }

    /// The table that is being built, if it has the room's rows, from before the change.
    fileprivate func otherTable(
        for change: RoomRowsChange, _ tables: ProjectionTables, _ state: ProjectionState,
        _ transaction: borrowing WriteTransaction
    ) throws(StoreError) -> Table? {
        guard state.status == .building else { return nil }
        let other = tables.table(of: .roomState, state.otherVersion)
        switch try readMark(of: change.room, in: other, transaction) {
        case .at(let gseq)? where gseq < change.gseq: return other
        case .changing?: return other
        default: return nil
        }
    }

    /// Whether there may be more.
    fileprivate func clear(
        _ room: UInt64, in table: Table, _ digest: inout RowDigest,
        _ transaction: borrowing WriteTransaction
    ) throws(StoreError) -> Bool {
        let key = room.encoded
        let page = try page(
            of: table, beginning: key, after: key, rows: RowPage.rows, transaction)
        try apply(
            page.map { RowChange(key: $0.key, value: nil) }, to: table, &digest, transaction)
        return !page.isEmpty
    }
}
