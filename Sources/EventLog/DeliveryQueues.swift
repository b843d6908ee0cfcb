import LMDBStore
import MLSCrypto
import PresentationLanguage

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
    /// Puts an item at the end of its queue, which is made where there is none.
    func write(
        _ delivery: SideRows.Delivery, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        let key = SHA256.hash(delivery.destination).bytes
        var row = try readQueue(of: delivery.destination, transaction)
        if row == nil {
            row = QueueRow(
                number: try readQueueCount(transaction) + 1,
                destination: delivery.destination)
        }
        guard var row else { preconditionFailure("a queue that was just made") }
        let place = Self.deliveryKey(row.number, row.next)
        try transaction.insert(
            sealed(delivery.body, for: place, in: self.delivery), for: place, in: self.delivery)
        row.next += 1
        try transaction.put(sealed(row.encoded, for: key, in: queue), for: key, in: queue)
    }

    func readQueue(
        of destination: [UInt8], _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> QueueRow? {
        let name = RowName(table: queue, number: 0)
        let key = SHA256.hash(destination).bytes
        let value = try transaction.withValue(of: key, in: queue) { (value) throws(StoreError) in
            try unsealed(value, for: key, in: queue)
        }
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
        try scan(queue, from: position, transaction) { (position, value) throws(StoreError) in
            let key = Self.deliveryKey(queue.number, position)
            let body = try unsealed(value, for: key, in: delivery, of: queue.number)
            items.append(QueuedItem(position: position, body: body))
            size += body.count
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
        _ body: (_ position: UInt64, _ value: RawSpan) throws(StoreError) -> Bool
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
            guard place.queue == queue.number else { return false }
            return try body(place.position, value)
        }
    }
}
