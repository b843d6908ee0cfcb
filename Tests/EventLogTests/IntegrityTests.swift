import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage
import Testing
import TransparencyLog

@Suite struct IntegrityTests {
    private let place = LogPlace()

    @Test func chainsAndRootRecomputedAfter1000Appends() async throws {
        let log = try place.create()
        var last: [Envelope] = []
        for number in 0..<1000 {
            let size = number * 37 % 9000
            if number % 100 == 0 {
                last.append(try await log.add(.new("mimi://a/\(number)", payload: evidence(size))))
            } else {
                let room = number * 7 % last.count
                last[room] = try await log.add(
                    .after(last[room], state: UInt8(number % 256), payload: evidence(size)))
            }
        }
        await log.close()

        let again = try place.open(.readOnly)
        var frontier = MerkleFrontier()
        var heads: [UInt64: Digest32] = [:]
        var next: UInt64? = 0
        while let from = next {
            let page = try again.records(from: from, limit: 300)
            for record in page.elements {
                let bytes = record.envelope.encoded
                #expect(record.envelope.previous == heads[record.envelope.room] ?? .zero)
                heads[record.envelope.room] = SHA256.hash(bytes)
                frontier.append(leafData: Array("MHS1".utf8) + SHA256.hash(bytes).bytes)
            }
            next = page.next
        }
        #expect(frontier.size == 1000)
        #expect(try again.head().frontier == frontier)
        for room in try again.rooms(limit: 1000).elements {
            #expect(room.row.chainHead == heads[room.number])
            #expect(room.row.chainHead == last[Int(room.number - 1)].hash)
        }
        await again.close()
    }

    @Test func everyFlippedPayloadByteIsDetected() async throws {
        let log = try place.create()
        try await log.add(.new("mimi://a/1", payload: evidence(40)))
        await log.close()
        let row = try await place.rows("payload")[0]
        for index in row.value.indices {
            var value = row.value
            value[index] ^= 1
            let found = await readingAfterReplacing("payload", row.key, with: value)
            if index == 32 {
                #expect(found == .unknownFormat(of: "codec in payload", found: 1))
            } else {
                #expect(
                    found
                        == .damaged(
                            table: "payload", number: 0, what: "not what the envelope commits to"))
            }
        }
        let shorter = await readingAfterReplacing("payload", row.key, with: row.value.dropLast())
        let longer = await readingAfterReplacing("payload", row.key, with: row.value + [0])
        let headless = await readingAfterReplacing("payload", row.key, with: [1, 2, 3])
        for found in [shorter, longer, headless] {
            guard case .damaged(table: "payload", number: 0, _) = found else {
                Issue.record("\(String(describing: found))")
                continue
            }
        }
        #expect(await readingAfterReplacing("payload", row.key, with: row.value) == nil)
    }

    @Test func aMissingPayloadIsDetected() async throws {
        let log = try place.create()
        try await log.add(.new("mimi://a/1", payload: evidence(70_000)))
        await log.close()
        let rows = try await place.rows("payload")
        #expect(rows.count == 2)
        try await place.tamper("payload") { (transaction, table) throws(StoreError) in
            try transaction.delete(rows[1].key, in: table)
        }
        #expect(
            await reading()
                == .damaged(table: "payload", number: 0, what: "not what the envelope commits to"))
        try await place.tamper("payload") { (transaction, table) throws(StoreError) in
            try transaction.delete(rows[0].key, in: table)
        }
        #expect(await reading() == .damaged(table: "payload", number: 0, what: "missing"))
    }

    @Test func anEnvelopeOfAnotherPlaceOrFormatIsDetected() async throws {
        let log = try place.create()
        let first = try await log.add(.new("mimi://a/1"))
        await log.close()
        let row = try await place.rows("log")[0]
        var value = row.value
        value[0] = 2
        #expect(
            await readingAfterReplacing("log", row.key, with: value)
                == .unknownFormat(of: "format in log", found: 2))
        value = row.value
        value[1] = 1
        #expect(
            await readingAfterReplacing("log", row.key, with: value)
                == .damaged(table: "log", number: 0, what: "flags can't be 1 at byte 1"))
        var moved = first
        moved.gseq = 1
        #expect(
            await readingAfterReplacing("log", row.key, with: moved.encoded)
                == .damaged(table: "log", number: 0, what: "envelope says gseq 1"))
        let short = await readingAfterReplacing("log", row.key, with: row.value.dropLast())
        guard case .damaged(table: "log", number: 0, _) = short else {
            Issue.record("\(String(describing: short))")
            return
        }
    }

    @Test func aLostTailIsDetectedAtOpen() async throws {
        let log = try place.create()
        let first = try await log.add(.new("mimi://a/1"))
        try await log.add(.after(first))
        await log.close()
        let rows = try await place.rows("log")
        try await place.tamper("log") { (transaction, table) throws(StoreError) in
            try transaction.delete(rows[1].key, in: table)
        }
        #expect(await reading() == .damaged(table: "head", number: 2, what: "the log ends at 1"))
    }

    @Test func aRoomLogThatLeadsElsewhereIsDetected() async throws {
        let log = try place.create()
        try await log.add(.new("mimi://a/1"))
        try await log.add(.new("mimi://a/2"))
        await log.close()
        let row = try await place.rows("room_log")[0]
        try await place.tamper("room_log") { (transaction, table) throws(StoreError) in
            try transaction.put(UInt64(1).encoded, for: row.key, in: table)
        }
        let again = try place.open(.readOnly)
        let found = await reason { _ = try again.records(ofRoom: 1, from: 0, limit: 1) }
        let what = "roomSeq 0 leads to the record 1 of another place"
        #expect(found == .damaged(table: "room_log", number: 1, what: what))
        await again.close()
    }

    /// What reading the whole log finds.
    private func reading() async -> StoreError.Reason? {
        await reason {
            let log = try place.open(.readOnly)
            let found = await reason { _ = try log.records(from: 0, limit: 100) }
            await log.close()
            if let found { throw StoreError(found) }
        }
    }

    private func readingAfterReplacing(
        _ table: String, _ key: [UInt8], with value: [UInt8]
    ) async -> StoreError.Reason? {
        await reason {
            try await place.tamper(table) { (transaction, table) throws(StoreError) in
                try transaction.put(value, for: key, in: table)
            }
            if let found = await reading() { throw StoreError(found) }
        }
    }
}
