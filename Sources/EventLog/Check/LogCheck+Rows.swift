import LMDBStore
import MLSCrypto
import PresentationLanguage
import TransparencyLog

/// What is kept beside the records: rooms, how many rows there are, and rows with seals.
extension LogCheck {
    func checkRooms() {
        var number: UInt64 = 0
        while let row = nextRoom(from: number) {
            checkRoom(row)
            guard row.number < .max else { return }
            number = row.number + 1
        }
    }

    private struct StoredRoom {
        let number: UInt64
        let value: [UInt8]
        /// The record that the row says is the last.
        var last: Envelope?
    }

    /// The first room from a number on, as it is stored.
    private func nextRoom(from number: UInt64) -> StoredRoom? {
        let found = reading(.room, room: number, expected: "rows of rooms") {
            (transaction) throws(StoreError) -> StoredRoom? in
            var found: StoredRoom?
            let start = LogTables.roomKey(number)
            try transaction.scan(tables.room, from: start) { (key, value) throws(StoreError) in
                let name = RowName(table: tables.room, number: number)
                found = StoredRoom(
                    number: try name.decode(key, as: UInt64.self),
                    value: value.withUnsafeBytes { Array($0) })
                return false
            }
            // A room that went on since the check began is compared with its record of now.
            if let value = found?.value, let row = try? RoomRow(parsing: value), row.gseq >= size,
                row.gseq < (try tables.readHead(transaction).nextSequence)
            {
                found?.last = try tables.readEnvelope(row.gseq, transaction)
            }
            return found
        }
        return found ?? nil
    }

    private func checkRoom(_ stored: StoredRoom) {
        let number = stored.number
        func flaw(_ code: LogFlaw.Code, _ expected: String, _ actual: String) {
            report(LogFlaw(code, room: number, expected: expected, actual: actual))
        }
        guard let row = try? RoomRow(parsing: stored.value) else {
            return flaw(.room, "a row of a room", hex(stored.value.prefix(16)))
        }
        guard let last = stored.last ?? rooms[number]?.last, last.room == number else {
            return flaw(.room, "records of the room", "none")
        }
        if row.roomSeq != last.roomSeq || row.gseq != last.gseq || row.timeMs != last.timeMs
            || row.epoch != last.epoch || row.chainHead != last.hash
            || row.stateHash != last.stateHash
        {
            let expected = "#\(last.roomSeq) record \(last.gseq) epoch \(last.epoch) \(last.hash)"
            let actual = "#\(row.roomSeq) record \(row.gseq) epoch \(row.epoch) \(row.chainHead)"
            flaw(.room, expected, actual)
        }
        let key = LogTables.roomURIKey(row.uri)
        let found = reading(.roomURI, room: number, expected: "\(number)") {
            (transaction) throws(StoreError) in
            try transaction.get(key, in: tables.roomURI)
        }
        if let found, found != number.encoded {
            flaw(.roomURI, "\(number)", found.map { hex($0) } ?? "none")
        }
    }

    /// No table has rows that nothing leads to.
    func checkCounts() {
        // Beside a hub that appends they would be compared with what is not looked at.
        guard (try? log.head().nextSequence) == size else { return }
        var expected: [(Table, UInt64)] = [
            (tables.log, size), (tables.roomLog, size), (tables.payload, payloadRows),
            (tables.idem, answers), (tables.idemSeq, answers), (tables.head, 1),
            (tables.room, UInt64(rooms.count)), (tables.roomURI, UInt64(rooms.count)),
        ]
        if let redact = tables.redact { expected.append((redact, redactions)) }
        if let tile = tables.tile {
            let tiles = UInt64(TileSequence(from: 0, to: size).count(where: \.isFull))
            expected.append((tile, tiles))
        }
        for (table, count) in expected {
            let found = reading(.surplus, expected: "\(count) rows of \(table.name)") {
                (transaction) throws(StoreError) in
                try transaction.count(of: table)
            }
            guard let found, found != count else { continue }
            report(
                LogFlaw(
                    .surplus, expected: "\(count) rows of \(table.name)", actual: "\(found)"))
        }
    }

    /// Every row that no hash of the log covers.
    func checkSealedRows() {
        guard tables.isSealed else { return }
        let others: [Table?] = [
            tables.queue, tables.delivery, tables.checkpoint, tables.redact,
            tables.projections?.states,
        ]
        let shelves = Shelf.allCases.compactMap { tables.shelves[$0] }
        for table in shelves + others.compactMap({ $0 }) { checkSeals(of: table) }
    }

    private func checkSeals(of table: Table) {
        var last: [UInt8]?
        var isMore = true
        while isMore {
            let page = reading(.unreadable, expected: "rows of \(table.name)") {
                (transaction) throws(StoreError) in
                try unsealedPage(of: table, after: last, transaction)
            }
            guard let page else { return }
            for (key, error) in page.flaws {
                let expected = "the row \(hex(key)) of \(table.name) as it was written"
                report(LogFlaw(error, .seal, expected: expected))
            }
            last = page.last
            isMore = page.last != nil
        }
    }

    private typealias SealPage = (flaws: [(key: [UInt8], StoreError)], last: [UInt8]?)

    private func unsealedPage(
        of table: Table, after last: [UInt8]?, _ transaction: borrowing ReadTransaction
    ) throws(StoreError) -> SealPage {
        var page: SealPage = ([], nil)
        var limit = PageLimit(rows: PageLimit.rows)
        try transaction.scan(table, from: last ?? []) { (key, value) throws(StoreError) in
            let key = key.withUnsafeBytes { Array($0) }
            if key == last { return true }
            do throws(StoreError) {
                _ = try RowSeal.open(value, for: key, in: table)
            } catch {
                page.flaws.append((key, error))
            }
            page.last = key
            return limit.take()
        }
        return page
    }
}
