import LMDBStore
import MLSCrypto

/// Reads, each in a read transaction of its own. Lists come in pages: at most
/// ``PageLimit/rows`` rows or ``PageLimit/duration``, but at least one row.
///
/// All throw `.damaged` where a row contradicts itself or another.
extension EventLog {
    package func head() throws(StoreError) -> Head {
        try environment.read { (transaction) throws(StoreError) in
            try tables.readHead(transaction)
        }
    }

    package func room(uri: [UInt8]) throws(StoreError) -> Room? {
        try environment.read { (transaction) throws(StoreError) in
            try tables.readRoom(uri: uri, transaction)
        }
    }

    package func room(_ number: UInt64) throws(StoreError) -> Room? {
        try environment.read { (transaction) throws(StoreError) in
            try tables.readRoom(number, transaction)
        }
    }

    /// Rooms by their number, from the given one, which starts at 1.
    package func rooms(from number: UInt64 = 1, limit: Int) throws(StoreError) -> Page<Room> {
        try environment.read { (transaction) throws(StoreError) in
            let last = try tables.readLastRoom(transaction)
            return try page(from: max(number, 1), to: last + 1, limit) {
                (number) throws(StoreError) in
                guard let room = try tables.readRoom(number, transaction) else {
                    throw RowName(table: tables.room, number: number).damaged("missing")
                }
                return room
            }
        }
    }

    /// The record that answered a request to a room; nil if it was not made yet.
    package func answer(to request: Digest32, in room: UInt64) throws(StoreError) -> Envelope? {
        try environment.read { (transaction) throws(StoreError) in
            guard let gseq = try tables.readAnswer(to: request, in: room, transaction) else {
                return nil
            }
            return try tables.readEnvelope(gseq, transaction)
        }
    }

    /// Nil behind the end of the log.
    package func record(at gseq: UInt64) throws(StoreError) -> Record? {
        try environment.read { (transaction) throws(StoreError) in
            guard gseq < (try tables.readHead(transaction).nextSequence) else { return nil }
            return try tables.readRecord(gseq, transaction)
        }
    }

    /// Records by their global sequence.
    package func records(from gseq: UInt64, limit: Int) throws(StoreError) -> Page<Record> {
        try environment.read { (transaction) throws(StoreError) in
            let end = try tables.readHead(transaction).nextSequence
            return try page(from: gseq, to: end, limit) { (gseq) throws(StoreError) in
                try tables.readRecord(gseq, transaction)
            }
        }
    }

    /// Records of one room by their roomSeq; none of a room that does not exist.
    package func records(
        ofRoom number: UInt64, from roomSeq: UInt64, limit: Int
    ) throws(StoreError) -> Page<Record> {
        try environment.read { (transaction) throws(StoreError) in
            guard let room = try tables.readRoom(number, transaction) else { return Page() }
            return try page(from: roomSeq, to: room.row.roomSeq + 1, limit) {
                (roomSeq) throws(StoreError) in
                try tables.readRecord(room: number, roomSeq: roomSeq, transaction)
            }
        }
    }

    /// The elements of numbers from `start` up to but not including `end`, as far as they fit.
    private func page<Element>(
        from start: UInt64, to end: UInt64, _ rows: Int,
        _ element: (UInt64) throws(StoreError) -> Element
    ) throws(StoreError) -> Page<Element> {
        var page = Page<Element>()
        var limit = PageLimit(rows: rows)
        var number = start
        var hasRoom = true
        while number < end && hasRoom {
            page.elements.append(try element(number))
            number += 1
            hasRoom = limit.take()
        }
        page.next = number < end ? number : nil
        return page
    }
}

extension EventLog {
    /// Refuses a head that is not that of the records: their Merkle tree and the last one's time.
    ///
    /// Reads all records; throws `.damaged` where one is, or where the head differs.
    package func checkHead() throws(StoreError) {
        let head = try head()
        var computed = Head()
        var position: UInt64? = 0
        while let next = position, next < head.nextSequence {
            let page = try records(from: next, limit: 1000)
            for record in page.elements where record.envelope.gseq < head.nextSequence {
                computed.frontier.append(leafData: record.envelope.leafData)
                computed.timeMs = record.envelope.timeMs
            }
            position = page.next
        }
        guard head == computed else {
            throw StoreError(
                .damaged(table: "head", number: 0, what: "it is not the head of these records"))
        }
    }
}
