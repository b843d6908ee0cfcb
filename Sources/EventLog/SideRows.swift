import LMDBStore
import MLSCrypto
import PresentationLanguage

/// A table of rows beside the log; keys and values are the caller's. The raw value is its name.
package enum Shelf: String, CaseIterable, Sendable {
    /// Where the Welcome of a key package goes.
    case keyPackageRoute = "kpref"
    /// What users consented to.
    case consent
    /// Codes that let their holders join a room.
    case joinCode = "join_code"
    /// Who was given a room's GroupInfo for such a code.
    case joinGrant = "join_grant"
    /// Answers to messages, which make no record.
    case messageAnswer = "message_answer"
    /// The time of a room's latest message.
    case roomTime = "room_time"
    /// Which rooms a user is a participant of.
    case participation
    /// The journal of refusals.
    case refusal
    /// The child rooms of a room.
    case childRoom = "child_room"
    /// Rooms with fixed membership, by their participants.
    case fixedRoom = "fixed_room"
}

/// Rows beside the log that change in one transaction, with a record or without one. They are no part
/// of the history.
package struct SideRows: Sendable {
    package struct Change: Sendable {
        let shelf: Shelf
        let key: [UInt8]
        /// Nil takes the row away.
        let value: [UInt8]?
    }

    /// An item for the end of a queue.
    package struct Delivery: Sendable {
        let destination: [UInt8]
        let body: [UInt8]
    }

    private(set) var changes: [Change] = []
    private(set) var deliveries: [Delivery] = []

    package init() {}

    package var isEmpty: Bool { changes.isEmpty && deliveries.isEmpty }

    /// Puts a row, in place of the one with this key.
    package mutating func put(_ value: [UInt8], for key: [UInt8], on shelf: Shelf) {
        changes.append(Change(shelf: shelf, key: key, value: value))
    }

    package mutating func remove(_ key: [UInt8], from shelf: Shelf) {
        changes.append(Change(shelf: shelf, key: key, value: nil))
    }

    /// Puts an item at the end of a destination's queue.
    package mutating func deliver(_ body: [UInt8], to destination: [UInt8]) {
        deliveries.append(Delivery(destination: destination, body: body))
    }
}

/// ```
///   0  uint8   format = 1
///   1  uint64  number                    of the queue, from 1
///   9  uint64  next                      the position of the next item, from 0
///  17  opaque  destination<V>
/// ```
/// The queue of a destination.
struct QueueRow: TLSCodable, Hashable, Sendable {
    static let format: UInt8 = 1

    let number: UInt64
    var next: UInt64
    let destination: [UInt8]

    init(number: UInt64, destination: [UInt8]) {
        self.number = number
        next = 0
        self.destination = destination
    }

    init(from reader: inout Reader) throws(DecodingError) {
        try reader.readFormat(Self.format)
        number = try reader.readUInt64()
        next = try reader.readUInt64()
        destination = try reader.readOpaque()
    }

    func write(to writer: inout Writer) {
        writer.write(Self.format)
        writer.write(number)
        writer.write(next)
        writer.write(opaque: destination)
    }
}

extension LogTables {
    /// All changes and deliveries, in their order; the caller commits.
    func write(
        _ rows: SideRows, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        for change in rows.changes {
            guard let table = shelves[change.shelf] else {
                preconditionFailure("a shelf without a table")
            }
            if let value = change.value {
                try transaction.put(value, for: change.key, in: table)
            } else {
                try transaction.delete(change.key, in: table)
            }
        }
        for delivery in rows.deliveries {
            let key = SHA256.hash(delivery.destination).bytes
            var row = try readQueue(of: delivery.destination, transaction)
            if row == nil {
                row = QueueRow(
                    number: try readQueueCount(transaction) + 1,
                    destination: delivery.destination)
            }
            guard var row else { preconditionFailure("a queue that was just made") }
            try transaction.insert(
                delivery.body, for: Self.deliveryKey(row.number, row.next), in: self.delivery)
            row.next += 1
            try transaction.put(row.encoded, for: key, in: queue)
        }
    }

    func readQueue(
        of destination: [UInt8], _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> QueueRow? {
        let name = RowName(table: queue, number: 0)
        let value = try transaction.get(SHA256.hash(destination).bytes, in: queue)
        guard let value else { return nil }
        let row = try name.decode(value.span.bytes, as: QueueRow.self)
        guard row.destination == destination else { throw name.damaged("of another destination") }
        return row
    }

    /// Queues stay when they are empty, so that positions are never used again.
    private func readQueueCount(
        _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> UInt64 {
        var count: UInt64 = 0
        try transaction.scan(queue) { (_, _) throws(StoreError) in
            count += 1
            return true
        }
        return count
    }
}

/// An item of a queue.
package struct QueuedItem: Hashable, Sendable {
    package let position: UInt64
    package let body: [UInt8]
}

extension EventLog {
    /// Writes rows by themselves, and returns when they are on the disk.
    package func write(_ rows: SideRows) async throws(StoreError) {
        let tables = tables
        try await environment.write { (transaction) throws(StoreError) in
            try tables.write(rows, transaction)
        }
    }

    /// A row, or nil.
    package func row(_ key: [UInt8], on shelf: Shelf) throws(StoreError) -> [UInt8]? {
        try environment.read { (transaction) throws(StoreError) in
            guard let table = tables.shelves[shelf] else { return nil }
            return try transaction.get(key, in: table)
        }
    }

    /// The highest key of a shelf, or nil.
    package func lastKey(on shelf: Shelf) throws(StoreError) -> [UInt8]? {
        try environment.read { (transaction) throws(StoreError) in
            guard let table = tables.shelves[shelf] else { return nil }
            return try transaction.lastKey(in: table)
        }
    }

    /// The rows whose keys begin with `prefix`, from behind the key `last` on, as many as fit a page.
    private func rows(
        beginning prefix: [UInt8], after last: [UInt8]?, on shelf: Shelf
    ) throws(StoreError) -> [(key: [UInt8], value: [UInt8])] {
        try environment.read { (transaction) throws(StoreError) in
            guard let table = tables.shelves[shelf] else { return [] }
            var rows: [(key: [UInt8], value: [UInt8])] = []
            var limit = PageLimit(rows: PageLimit.rows)
            try transaction.scan(table, from: last ?? prefix) { (key, value) throws(StoreError) in
                let key = key.withUnsafeBytes { Array($0) }
                guard key.starts(with: prefix) else { return false }
                if key == last { return true }
                rows.append((key, value.withUnsafeBytes { Array($0) }))
                return limit.take()
            }
            return rows
        }
    }

    /// All rows whose keys begin with `prefix`, a page at a time.
    package func allRows(
        beginning prefix: [UInt8], on shelf: Shelf,
        _ take: (_ key: [UInt8], _ value: [UInt8]) -> Void
    ) throws(StoreError) {
        var last: [UInt8]?
        repeat {
            let page = try rows(beginning: prefix, after: last, on: shelf)
            for row in page { take(row.key, row.value) }
            last = page.last?.key
        } while last != nil
    }

    /// The items of a destination's queue from a position on, as many as fit a page.
    package func items(
        for destination: [UInt8], from position: UInt64 = 0, limit: Int
    ) throws(StoreError) -> [QueuedItem] {
        try environment.read { (transaction) throws(StoreError) in
            guard let queue = try tables.readQueue(of: destination, transaction) else { return [] }
            return try tables.readItems(of: queue, from: position, limit, transaction)
        }
    }

    /// Takes the items of a queue up to and with a position away, as many as fit a page; returns
    /// whether there were more.
    package func acknowledge(
        _ destination: [UInt8], through position: UInt64
    ) async throws(StoreError) -> Bool {
        let tables = tables
        return try await environment.write { (transaction) throws(StoreError) in
            guard let queue = try tables.readQueue(of: destination, transaction) else {
                return false
            }
            let (done, isMore) = try tables.readPositions(
                of: queue, through: position, 200, transaction)
            for position in done {
                try transaction.delete(
                    LogTables.deliveryKey(queue.number, position), in: tables.delivery)
            }
            return isMore
        }
    }
}

extension LogTables {
    /// Bytes of items in one page, at least one item.
    private static var pageSize: Int { 32 << 20 }

    fileprivate func readItems(
        of queue: QueueRow, from position: UInt64, _ limit: Int,
        _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> [QueuedItem] {
        var items: [QueuedItem] = []
        var limit = PageLimit(rows: limit)
        var size = 0
        try scan(queue, from: position, transaction) { (position, value) in
            items.append(
                QueuedItem(position: position, body: value.withUnsafeBytes { Array($0) }))
            size += value.byteCount
            return limit.take() && size < Self.pageSize
        }
        return items
    }

    /// The positions up to one that are in a queue, and whether there are more of them.
    fileprivate func readPositions(
        of queue: QueueRow, through last: UInt64, _ limit: Int,
        _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> (positions: [UInt64], isMore: Bool) {
        var positions: [UInt64] = []
        var isMore = false
        try scan(queue, from: 0, transaction) { (position, _) in
            guard position <= last else { return false }
            isMore = positions.count == limit
            if !isMore { positions.append(position) }
            return !isMore
        }
        return (positions, isMore)
    }

    private func scan(
        _ queue: QueueRow, from position: UInt64,
        _ transaction: borrowing some Transaction & ~Copyable,
        _ body: (_ position: UInt64, _ value: RawSpan) -> Bool
    ) throws(StoreError) {
        let name = RowName(table: delivery, number: queue.number)
        let start = Self.deliveryKey(queue.number, position)
        try transaction.scan(delivery, from: start) { (key, value) throws(StoreError) in
            let place: (queue: UInt64, position: UInt64)
            do throws(DecodingError) {
                var reader = try Reader(key)
                place = (try reader.readUInt64(), try reader.readUInt64())
                try reader.finish()
            } catch {
                throw name.error(error)
            }
            return place.queue == queue.number && body(place.position, value)
        }
    }
}
