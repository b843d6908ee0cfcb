import LMDBStore
import PresentationLanguage

/// That the payload of a record was taken away.
///
/// ```
/// 0  uint8   format = 1
/// 1  uint64  record                      the record that says so, and why
/// ```
/// The key is the gseq of the redacted record. Its envelope stays as it is, and with it every proof.
package struct Redaction: TLSCodable, Hashable, Sendable {
    package static let format: UInt8 = 1

    package let record: UInt64

    init(record: UInt64) {
        self.record = record
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        try reader.readFormat(Self.format)
        record = try reader.readUInt64()
    }

    package func write(to writer: inout Writer) {
        writer.write(Self.format)
        writer.write(record)
    }
}

extension LogTables {
    func readRedaction(
        of gseq: UInt64, _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> Redaction? {
        guard let redact else { return nil }
        let name = RowName(table: redact, number: gseq)
        let key = Self.logKey(gseq)
        let value = try transaction.withValue(of: key, in: redact) { (value) throws(StoreError) in
            try unsealed(value, for: key, in: redact, of: gseq)
        }
        guard let value else { return nil }
        return try name.decode(value.span.bytes, as: Redaction.self)
    }

    /// A redacted record whose redaction is by no record of the log; nil if there is none.
    func readOrphanedRedaction(
        _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> UInt64? {
        guard let redact else { return nil }
        let size = try readHead(transaction).nextSequence
        var found: UInt64?
        try transaction.scan(redact) { (key, value) throws(StoreError) in
            let name = RowName(table: redact, number: 0)
            let gseq = try name.decode(key, as: UInt64.self)
            let row = try unsealed(value, for: gseq.encoded, in: redact, of: gseq)
            let redaction = try name.decode(row.span.bytes, as: Redaction.self)
            if redaction.record >= size || redaction.record <= gseq { found = gseq }
            return found == nil
        }
        return found
    }

    /// Takes the payloads of a room's records away; `record` is the one that says so.
    func redact(
        _ places: ClosedRange<UInt64>, of room: UInt64, by record: UInt64,
        _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        for roomSeq in places {
            let gseq = try readEnvelope(room: room, roomSeq: roomSeq, transaction).gseq
            guard try readRedaction(of: gseq, transaction) == nil else { continue }
            try redact(gseq, by: record, transaction)
        }
    }

    /// Takes the payload of a record away.
    func redact(
        _ gseq: UInt64, by record: UInt64, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        guard let redact else { preconditionFailure("a store that was not brought to this schema") }
        var chunk: UInt16 = 0
        while try transaction.delete(Self.payloadKey(gseq, chunk: chunk), in: payload) {
            chunk += 1
        }
        let key = Self.logKey(gseq)
        let row = Redaction(record: record).encoded
        try transaction.put(sealed(row, for: key, in: redact), for: key, in: redact)
    }
}
