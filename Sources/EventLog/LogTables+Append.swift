import LMDBStore
import MLSCrypto
import PresentationLanguage

extension LogTables {
    /// One record in all tables; the caller commits.
    func append(
        _ new: PreparedAppend, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) -> AppendOutcome {
        var head = try readCheckedHead(transaction)
        // Before what the caller expects of the room: a repeated request expects what was then.
        if case .existing(let number, _) = new.item.room, let request = new.item.request,
            let gseq = try readAnswer(to: request, in: number, transaction)
        {
            return .repeated(try readEnvelope(gseq, transaction))
        }
        let place: Place
        switch try findPlace(for: new.item, transaction) {
        case .place(let found): place = found
        case .conflict(let conflict): return .conflict(conflict)
        }
        let gseq = head.nextSequence
        let envelope = new.envelope(gseq: gseq, room: place.number, after: place.last)
        let room = RoomRow(
            status: new.item.status, roomSeq: envelope.roomSeq, gseq: gseq,
            timeMs: envelope.timeMs, epoch: envelope.epoch, chainHead: envelope.hash,
            stateHash: envelope.stateHash, uri: place.uri)
        head.timeMs = envelope.timeMs
        head.frontier.append(leafData: envelope.leafData)
        if place.last == nil, place.number != Room.hub {
            try addURI(place.uri, place.number, transaction)
        }
        try write(envelope, new.chunks, room, head, transaction)
        if let request = new.item.request { try write(request, of: envelope, transaction) }
        try write(new.item.sideRows, transaction)
        try project(new.item.projections, of: envelope, transaction)
        if let places = new.item.redacts {
            try redact(places, of: envelope.room, by: gseq, transaction)
        }
        try checkWritten(envelope, new.chunks.count, room, head, transaction)
        return .appended(envelope)
    }

    /// Where a record goes.
    private struct Place {
        let number: UInt64
        let uri: [UInt8]
        /// Nil of a new room.
        let last: RoomRow?
    }

    private enum PlaceOrConflict {
        case place(Place)
        case conflict(Conflict)
    }

    /// Compares the room with what the caller expects of it.
    private func findPlace(
        for item: Append, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) -> PlaceOrConflict {
        switch item.room {
        case .new(let uri):
            if let room = try readRoom(uri: uri, transaction) {
                return .conflict(Conflict(checks: [.roomExists(number: room.number)]))
            }
            let number = try readLastRoom(transaction) + 1
            return .place(Place(number: number, uri: uri, last: nil))
        case .existing(let number, let expected):
            guard let room = try readRoom(number, transaction) else {
                return .conflict(Conflict(checks: [.noSuchRoom(number: number)]))
            }
            var checks = room.row.failedChecks(expected, timeMs: item.timeMs)
            if let redacts = item.redacts, redacts.upperBound > room.row.roomSeq {
                checks.append(
                    .redacts(last: redacts.upperBound, current: room.row.roomSeq))
            }
            guard checks.isEmpty else { return .conflict(Conflict(checks: checks)) }
            return .place(Place(number: number, uri: room.row.uri, last: room.row))
        case .hub:
            let last = try readRoom(Room.hub, transaction)?.row
            if let last, item.timeMs < last.timeMs {
                let check = Conflict.Check.time(given: item.timeMs, last: last.timeMs)
                return .conflict(Conflict(checks: [check]))
            }
            return .place(Place(number: Room.hub, uri: [], last: last))
        }
    }

    func addURI(
        _ uri: [UInt8], _ number: UInt64, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        try transaction.insert(number.encoded, for: Self.roomURIKey(uri), in: roomURI)
    }

    func write(
        _ envelope: Envelope, _ chunks: [[UInt8]], _ row: RoomRow, _ newHead: Head,
        _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        let gseq = envelope.gseq
        try transaction.append(envelope.encoded, for: Self.logKey(gseq), to: log)
        for (number, chunk) in chunks.enumerated() {
            let key = Self.payloadKey(gseq, chunk: UInt16(number))
            try transaction.append(chunk, for: key, to: payload)
        }
        let roomLogKey = Self.roomLogKey(envelope.room, envelope.roomSeq)
        try transaction.insert(gseq.encoded, for: roomLogKey, in: roomLog)
        try transaction.put(row.encoded, for: Self.roomKey(envelope.room), in: room)
        try transaction.put(newHead.encoded, for: Self.headKey, in: head)
        if Self.hasNewTiles(newHead.nextSequence) {
            try writeTiles(endingAt: newHead.nextSequence, transaction)
        }
    }

    func write(
        _ request: Digest32, of envelope: Envelope, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        let key = Self.idemKey(envelope.room, request)
        try transaction.put(envelope.gseq.encoded, for: key, in: idem)
        try transaction.append(key, for: Self.logKey(envelope.gseq), to: idemSeq)
    }

    /// Reads back what was written: an error of this code or of liblmdb must not be committed.
    func checkWritten(
        _ envelope: Envelope, _ chunkCount: Int, _ row: RoomRow, _ newHead: Head,
        _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        let gseq = envelope.gseq
        let lastChunk = try transaction.lastKey(in: payload)
        let expectedChunk = Self.payloadKey(gseq, chunk: UInt16(max(chunkCount, 1) - 1))
        let roomLogKey = Self.roomLogKey(envelope.room, envelope.roomSeq)
        guard
            try readEnvelope(gseq, transaction) == envelope,
            chunkCount == 0 || lastChunk == expectedChunk,
            try transaction.get(roomLogKey, in: roomLog) == gseq.encoded,
            try readRoom(envelope.room, transaction)?.row == row,
            try readCheckedHead(transaction) == newHead
        else { throw RowName(table: log, number: gseq).damaged("not read back as written") }
    }
}

extension RoomRow {
    /// Everything in which the room differs from what a caller expects.
    func failedChecks(_ expected: Expectation, timeMs given: UInt64) -> [Conflict.Check] {
        var checks: [Conflict.Check] = []
        if expected.roomSeq != roomSeq {
            checks.append(.roomSeq(expected: expected.roomSeq, current: roomSeq))
        }
        if expected.stateHash != stateHash {
            checks.append(.stateHash(expected: expected.stateHash, current: stateHash))
        }
        if expected.epoch != epoch {
            checks.append(.epoch(expected: expected.epoch, current: epoch))
        }
        if given < timeMs {
            checks.append(.time(given: given, last: timeMs))
        }
        return checks
    }
}
