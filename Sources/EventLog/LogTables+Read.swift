import LMDBStore
import MLSCrypto
import PresentationLanguage

/// Typed, checked reads of single rows. What contradicts itself throws `.damaged`.
extension LogTables {
    func readHead(
        _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> Head {
        let name = RowName(table: head, number: 0)
        guard let value = try row(name, Self.headKey, as: Head.self, transaction) else {
            throw name.damaged("missing")
        }
        return value
    }

    /// The highest sequence in the table `log`, plus one.
    func readNextSequence(
        _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> UInt64 {
        guard let last = try readLastNumber(of: log, transaction) else { return 0 }
        return last + 1
    }

    /// The highest room number; 0 without rooms.
    func readLastRoom(
        _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> UInt64 {
        try readLastNumber(of: room, transaction) ?? 0
    }

    func readRoom(
        _ number: UInt64, _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> Room? {
        let name = RowName(table: room, number: number)
        return try row(name, Self.roomKey(number), as: RoomRow.self, transaction)
            .map { Room(number: number, row: $0) }
    }

    func readRoom(
        uri: [UInt8], _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> Room? {
        let name = RowName(table: roomURI, number: 0)
        guard
            let number = try row(name, Self.roomURIKey(uri), as: UInt64.self, transaction)
        else { return nil }
        guard let room = try readRoom(number, transaction), room.row.uri == uri else {
            throw RowName(table: roomURI, number: number).damaged("not the room of this URI")
        }
        return room
    }

    /// The record that answered a request to a room.
    func readAnswer(
        to request: Digest32, in room: UInt64,
        _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> UInt64? {
        let key = Self.idemKey(room, request)
        let name = RowName(table: idem, number: room)
        guard let gseq = try row(name, key, as: UInt64.self, transaction) else { return nil }
        guard try readEnvelope(gseq, transaction).room == room else {
            throw name.damaged("an answer of another room")
        }
        return gseq
    }

    func readEnvelope(
        _ gseq: UInt64, _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> Envelope {
        let name = RowName(table: log, number: gseq)
        guard let envelope = try row(name, Self.logKey(gseq), as: Envelope.self, transaction)
        else { throw name.damaged("missing") }
        guard envelope.gseq == gseq else {
            throw name.damaged("envelope says gseq \(envelope.gseq)")
        }
        return envelope
    }

    func readRecord(
        _ gseq: UInt64, _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> Record {
        let envelope = try readEnvelope(gseq, transaction)
        return Record(envelope: envelope, content: try readContent(of: envelope, transaction))
    }

    /// The record at this place of the room's history, which must exist.
    func readRecord(
        room: UInt64, roomSeq: UInt64, _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> Record {
        let envelope = try readEnvelope(room: room, roomSeq: roomSeq, transaction)
        return Record(envelope: envelope, content: try readContent(of: envelope, transaction))
    }

    func readEnvelope(
        room: UInt64, roomSeq: UInt64, _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> Envelope {
        let name = RowName(table: roomLog, number: room)
        let key = Self.roomLogKey(room, roomSeq)
        guard let gseq = try row(name, key, as: UInt64.self, transaction) else {
            throw name.damaged("roomSeq \(roomSeq) is missing")
        }
        let envelope = try readEnvelope(gseq, transaction)
        guard envelope.room == room, envelope.roomSeq == roomSeq else {
            throw name.damaged("roomSeq \(roomSeq) leads to the record \(gseq) of another place")
        }
        return envelope
    }

    func readContent(
        of envelope: Envelope, _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> Record.Content {
        if let payload = try readPayload(of: envelope, transaction) { return .whole(payload) }
        guard let redaction = try readRedaction(of: envelope.gseq, transaction) else {
            throw RowName(table: payload, number: envelope.gseq).damaged("missing")
        }
        return .redacted(by: redaction.record)
    }

    /// Nil where there is none.
    private func readPayload(
        of envelope: Envelope, _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> Payload? {
        guard let stored = try readStoredPayload(of: envelope, transaction) else { return nil }
        return try RowName(table: payload, number: envelope.gseq)
            .decode(stored.bytes.span.bytes, as: Payload.self)
    }

    /// The payload as it is stored, and its salt; both are what the envelope commits to. Nil where there is
    /// none.
    func readStoredPayload(
        of envelope: Envelope, _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> (salt: [UInt8], bytes: [UInt8])? {
        let name = RowName(table: payload, number: envelope.gseq)
        let length = Int(envelope.payloadLength)
        guard length <= Payload.limit else { throw name.damaged("\(length) bytes long") }
        var joiner = PayloadChunks.Joiner(length: length)
        let start = Self.payloadKey(envelope.gseq, chunk: 0)
        try transaction.scan(payload, from: start) { (key, value) throws(StoreError) in
            let expected = Self.payloadKey(envelope.gseq, chunk: joiner.chunks)
            guard key.withUnsafeBytes({ $0.elementsEqual(expected) }) else { return false }
            do throws(DecodingError) {
                try joiner.add(value)
            } catch {
                throw name.error(error)
            }
            return true
        }
        guard joiner.chunks > 0 else { return nil }
        guard let bytes = joiner.finish(envelope.payloadCommitment) else {
            throw name.damaged("not what the envelope commits to")
        }
        return (joiner.salt, bytes)
    }

    /// The request that a record answered.
    func readRequest(
        answeredBy envelope: Envelope, _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> Digest32? {
        let name = RowName(table: idemSeq, number: envelope.gseq)
        let key = try transaction.get(Self.logKey(envelope.gseq), in: idemSeq)
        guard let key else { return nil }
        guard key.starts(with: envelope.room.encoded), let request = Digest32(key.dropFirst(8))
        else { throw name.damaged("of another room") }
        return request
    }

    private func readLastNumber(
        of table: Table, _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> UInt64? {
        guard let key = try transaction.lastKey(in: table) else { return nil }
        let name = RowName(table: table, number: 0)
        let number = try name.decode(key.span.bytes, as: UInt64.self)
        guard number < Head.sequenceLimit else { throw name.damaged("the last key is \(number)") }
        return number
    }

    func row<T: TLSDecodable>(
        _ name: RowName, _ key: [UInt8], as type: T.Type,
        _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> T? {
        try transaction.withValue(of: key, in: name.table) { (value) throws(StoreError) in
            try name.decode(value, as: type)
        }
    }
}
