import LMDBStore
import MLSCrypto
import TransparencyLog

/// The records in their order, each with its room's record before it and with its rows.
extension LogCheck {
    /// Records in one read transaction.
    private static var pageSize: UInt64 { 200 }

    mutating func checkRecords(_ each: (Record) -> Void) {
        var next: UInt64 = 0
        while next < size {
            let end = min(next + Self.pageSize, size)
            guard let page = readPage(next..<end) else { return }
            for (gseq, entry) in zip(next..<end, page) { take(gseq, entry, each) }
            next = end
        }
    }

    /// What is stored of one record: as much of it as can be read.
    private struct Entry {
        var envelope: Result<Envelope, StoreError>
        var content: Result<Record.Content, StoreError>?
        var place: Result<UInt64, StoreError>?
        var answer: Result<Bool, StoreError>?
        var chunks: UInt64 = 0
    }

    private func readPage(_ range: Range<UInt64>) -> [Entry]? {
        reading(.unreadable, gseq: range.lowerBound, expected: "records that can be read") {
            (transaction) throws(StoreError) in
            var page: [Entry] = []
            for gseq in range { page.append(try entry(gseq, transaction)) }
            return page
        }
    }

    private func entry(
        _ gseq: UInt64, _ transaction: borrowing ReadTransaction
    ) throws(StoreError) -> Entry {
        let envelope: Envelope
        do throws(StoreError) {
            envelope = try tables.readEnvelope(gseq, transaction)
        } catch {
            guard error.isDamage else { throw error }
            return Entry(envelope: .failure(error))
        }
        var entry = Entry(envelope: .success(envelope))
        do throws(StoreError) {
            entry.content = .success(try tables.readContent(of: envelope, transaction))
        } catch {
            entry.content = .failure(error)
        }
        do throws(StoreError) {
            entry.place = .success(
                try tables.readEnvelope(
                    room: envelope.room, roomSeq: envelope.roomSeq, transaction
                ).gseq)
        } catch {
            entry.place = .failure(error)
        }
        do throws(StoreError) {
            entry.answer = .success(try tables.readHasAnswer(envelope, transaction))
        } catch {
            entry.answer = .failure(error)
        }
        entry.chunks = try tables.countChunks(of: gseq, transaction)
        return entry
    }

    private mutating func take(_ gseq: UInt64, _ entry: Entry, _ each: (Record) -> Void) {
        payloadRows += entry.chunks
        switch entry.envelope {
        case .failure(let error):
            report(LogFlaw(error, .envelope, gseq: gseq, expected: "an envelope"))
            hasAllLeaves = false
            for room in rooms.keys { rooms[room]?.isBroken = true }
        case .success(let envelope):
            append(envelope)
            checkRoom(envelope)
            checkRows(of: envelope, entry)
            if case .success(let content)? = entry.content {
                if case .redacted = content { redactions += 1 }
                each(Record(envelope: envelope, content: content))
            }
        }
    }

    private mutating func append(_ envelope: Envelope) {
        lastTime = envelope.timeMs
        frontier.append(leafData: envelope.leafData)
        if roots[frontier.size] != nil { roots[frontier.size] = frontier.root }
    }

    /// The chain of the room.
    private mutating func checkRoom(_ envelope: Envelope) {
        let number = envelope.room
        let seen = rooms[number]
        rooms[number] = SeenRoom(last: envelope)
        if seen?.isBroken ?? !hasAllLeaves { return }
        let last = seen?.last
        func flaw(_ code: LogFlaw.Code, _ expected: String, _ actual: String) {
            report(
                LogFlaw(
                    code, gseq: envelope.gseq, room: number, expected: expected, actual: actual))
        }
        let next = last.map { $0.roomSeq + 1 } ?? 0
        if envelope.roomSeq != next {
            flaw(.roomSequence, "#\(next)", "#\(envelope.roomSeq)")
        }
        let previous = last?.hash ?? .zero
        if envelope.previous != previous {
            flaw(.chain, "after \(previous)", "after \(envelope.previous)")
        }
        let time = last?.timeMs ?? 0
        if envelope.timeMs < time { flaw(.time, "\(time) or later", "\(envelope.timeMs)") }
    }

    private mutating func checkRows(of envelope: Envelope, _ entry: Entry) {
        let (gseq, room) = (envelope.gseq, envelope.room)
        if case .failure(let error)? = entry.content {
            let expected = "a payload of the commitment \(envelope.payloadCommitment)"
            report(LogFlaw(error, .payload, gseq: gseq, room: room, expected: expected))
        }
        let expected = "#\(envelope.roomSeq) leads to record \(gseq)"
        switch entry.place {
        case .failure(let error):
            report(LogFlaw(error, .roomLog, gseq: gseq, room: room, expected: expected))
        case .success(let found) where found != gseq:
            report(
                LogFlaw(.roomLog, gseq: gseq, room: room, expected: expected, actual: "\(found)"))
        default: break
        }
        switch entry.answer {
        case .failure(let error):
            let expected = "the record is found by its request"
            report(LogFlaw(error, .idempotency, gseq: gseq, room: room, expected: expected))
        case .success(true): answers += 1
        default: break
        }
    }
}

extension LogTables {
    fileprivate func countChunks(
        of gseq: UInt64, _ transaction: borrowing ReadTransaction
    ) throws(StoreError) -> UInt64 {
        var count: UInt16 = 0
        let start = Self.payloadKey(gseq, chunk: 0)
        try transaction.scan(payload, from: start) { (key, _) throws(StoreError) in
            let next = Self.payloadKey(gseq, chunk: count)
            guard key.withUnsafeBytes({ $0.elementsEqual(next) }) else { return false }
            count += 1
            return true
        }
        return UInt64(count)
    }

    /// Whether a record is kept as the answer of a request; its two rows must lead to each other.
    fileprivate func readHasAnswer(
        _ envelope: Envelope, _ transaction: borrowing ReadTransaction
    ) throws(StoreError) -> Bool {
        let name = RowName(table: idemSeq, number: envelope.gseq)
        guard let key = try transaction.get(Self.logKey(envelope.gseq), in: idemSeq) else {
            return false
        }
        guard key.count == 40, key.starts(with: envelope.room.encoded) else {
            throw name.damaged("the key is of no request to room \(envelope.room)")
        }
        guard try transaction.get(key, in: idem) == Self.logKey(envelope.gseq) else {
            throw name.damaged("the request is answered by another record")
        }
        return true
    }
}
