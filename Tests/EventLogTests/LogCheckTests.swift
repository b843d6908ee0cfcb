import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage
import Testing
import TransparencyLog

/// Every bit of every row is looked at by the check.
@Suite struct LogCheckTests {
    private let place = LogPlace()

    /// A log of a few rooms with rows in every table.
    private func fill(_ log: EventLog) async throws {
        var last: [Envelope] = []
        for number in 0..<300 {
            var item: Append
            if number < 3 {
                item = .new("mimi://a/\(number)", payload: evidence(2500))
            } else {
                item = .after(
                    last[number % 3], state: UInt8(number % 256), payload: evidence(number % 90))
                item.request = SHA256.hash(UInt64(number).encoded)
            }
            item.sideRows.put([1, 2, 3], for: [UInt8(number % 7)], on: .consent)
            item.sideRows.deliver([4, 5], to: [UInt8(number % 2)])
            if number == 299 { item.redacts = 4...6 }
            let envelope = try await log.add(item)
            if number < 3 { last.append(envelope) } else { last[number % 3] = envelope }
        }
        for shelf in Shelf.allCases {
            var rows = SideRows()
            rows.put([9], for: [8, 7], on: shelf)
            try await log.write(rows)
        }
        let head = try log.head()
        try await log.keep(
            StoredCheckpoint(size: head.nextSequence, root: head.frontier.root, note: [1]))
    }

    private func flaws(_ log: EventLog) throws -> [LogFlaw] {
        var flaws: [LogFlaw] = []
        var check = try LogCheck(log) { flaws.append($0) }
        check.run()
        return flaws
    }

    private func flawsAfterOpening() async -> [LogFlaw]? {
        guard let log = try? place.open(.readOnly) else { return nil }
        let found = try? flaws(log)
        await log.close()
        return found
    }

    @Test func aSoundLogHasNoFlaws() async throws {
        let log = try place.create()
        #expect(try flaws(log).isEmpty)
        try await fill(log)
        #expect(try flaws(log).isEmpty)
        await log.close()
        #expect(await flawsAfterOpening() == [])
    }

    @Test func rootsAreToldOfSizesThatAreAskedFor() async throws {
        let log = try place.create()
        var roots: [Digest32] = [try log.head().frontier.root]
        var last = try await log.add(.new("mimi://a/0"))
        roots.append(try log.head().frontier.root)
        for _ in 0..<20 {
            last = try await log.add(.after(last))
            roots.append(try log.head().frontier.root)
        }
        var check = try LogCheck(log, roots: Array(0...30)) { _ in }
        check.run()
        for (size, root) in roots.enumerated() {
            #expect(check.root(ofSize: UInt64(size)) == root)
        }
        #expect(check.root(ofSize: 23) == nil)
        await log.close()
    }

    /// One bit of each byte of keys and values, of up to 12 rows of each table.
    @Test(arguments: [
        "meta", "head", "log", "payload", "room", "room_uri", "room_log", "idem", "idem_seq",
        "queue",
        "delivery", "tile", "cp", "redact", "consent", "refusal",
    ])
    func everyFlippedBitOfARowIsFound(_ name: String) async throws {
        let log = try place.create()
        try await fill(log)
        await log.close()
        let rows = try await place.rows(name)
        #expect(!rows.isEmpty)
        for row in rows.prefix(6) + rows.suffix(6) {
            let valueStep = max(row.value.count / 60, 1)
            for index in row.key.indices {
                var key = row.key
                key[index] ^= 1 << UInt8(index % 8)
                if rows.contains(where: { $0.key == key }) { continue }
                try await replace(name, row, by: (key, row.value))
                #expect(await flawsAfterOpening() != [], "\(name), key, byte \(index)")
                try await replace(name, (key, row.value), by: row)
            }
            for index in stride(from: 0, to: row.value.count, by: valueStep) {
                // What the status of a room means, and so is, its owner knows.
                if name == "room", index == 1 { continue }
                var value = row.value
                value[index] ^= 1 << UInt8(index % 8)
                try await replace(name, row, by: (row.key, value))
                #expect(await flawsAfterOpening() != [], "\(name), value, byte \(index)")
                try await replace(name, (row.key, value), by: row)
            }
        }
        #expect(await flawsAfterOpening() == [])
    }

    /// Numbers after which there is no other.
    @Test func theLargestNumbersAreFound() async throws {
        let log = try place.create()
        try await fill(log)
        await log.close()
        let room = try await place.rows("room")[0]
        try await replace("room", room, by: (UInt64.max.encoded, room.value))
        #expect(await flawsAfterOpening() != [])
        try await replace("room", (UInt64.max.encoded, room.value), by: room)
        let record = try await place.rows("log")[0]
        // gseq, room and roomSeq
        for start in [6, 14, 22] {
            var value = record.value
            value.replaceSubrange(start..<start + 8, with: UInt64.max.encoded)
            #expect(throws: DecodingError.self) { try Envelope(parsing: value) }
            try await replace("log", record, by: (record.key, value))
            #expect(await flawsAfterOpening() != [])
            try await replace("log", (record.key, value), by: record)
        }
        #expect(await flawsAfterOpening() == [])
        // A version that no other follows.
        let projection = [1, 1] + UInt64.max.encoded + [UInt8](repeating: 0, count: 96)
        #expect(throws: DecodingError.self) { try ProjectionState(parsing: projection) }
    }

    @Test func aMissingOrAnAddedRowIsFound() async throws {
        let log = try place.create()
        try await fill(log)
        await log.close()
        let tables = [
            "meta", "head", "log", "payload", "room", "room_uri", "room_log", "idem", "idem_seq",
            "tile", "redact",
        ]
        for name in tables {
            let row = try await place.rows(name)[0]
            try await place.tamper(name) { (transaction, table) throws(StoreError) in
                try transaction.delete(row.key, in: table)
            }
            #expect(await flawsAfterOpening() != [], "\(name) without its first row")
            try await place.tamper(name) { (transaction, table) throws(StoreError) in
                try transaction.put(row.value, for: row.key, in: table)
            }
            if name == "meta" { continue }
            let added = row.key.dropLast(2) + [0x77, 0xfe]
            try await place.tamper(name) { (transaction, table) throws(StoreError) in
                try transaction.put(row.value, for: Array(added), in: table)
            }
            #expect(await flawsAfterOpening() != [], "\(name) with one more row")
            try await place.tamper(name) { (transaction, table) throws(StoreError) in
                try transaction.delete(Array(added), in: table)
            }
        }
        #expect(await flawsAfterOpening() == [])
    }

    private func replace(
        _ name: String, _ old: (key: [UInt8], value: [UInt8]),
        by new: (key: [UInt8], value: [UInt8])
    ) async throws {
        try await place.tamper(name) { (transaction, table) throws(StoreError) in
            try transaction.delete(old.key, in: table)
            try transaction.put(new.value, for: new.key, in: table)
        }
    }
}
