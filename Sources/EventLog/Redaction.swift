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

    /// Takes the payloads of a room's records away; `record` is the one that says so.
    func redact(
        _ places: ClosedRange<UInt64>, of room: UInt64, by record: UInt64,
        _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        guard let redact else { preconditionFailure("a store that was not brought to this schema") }
        for roomSeq in places {
            let envelope = try readEnvelope(room: room, roomSeq: roomSeq, transaction)
            guard try deletePayload(of: envelope, transaction) else { continue }
            let key = Self.logKey(envelope.gseq)
            let row = Redaction(record: record).encoded
            try transaction.insert(sealed(row, for: key, in: redact), for: key, in: redact)
        }
    }

    /// Returns whether there was one.
    private func deletePayload(
        of envelope: Envelope, _ transaction: borrowing WriteTransaction
    ) throws(StoreError) -> Bool {
        var chunk: UInt16 = 0
        while try transaction.delete(
            Self.payloadKey(envelope.gseq, chunk: chunk), in: payload)
        {
            chunk += 1
        }
        return chunk > 0
    }
}
