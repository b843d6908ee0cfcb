import LMDBStore
import MLSCrypto
import PresentationLanguage

extension EventLog {
    /// Appends one record and returns when it is on the disk.
    ///
    /// Appends of several callers share one commit. A conflict changes nothing and is no error.
    /// Throws `.tooLarge` for a payload above ``Payload/limit`` or a URI above
    /// ``RoomRow/uriLimit``, and `.quotaExceeded` in a store that is full.
    package func append(_ item: Append) async throws(StoreError) -> AppendOutcome {
        let prepared = try PreparedAppend(item, random)
        try quota?.check(environment, isRelief: item.isRelief)
        let tables = tables
        let fault = fault?()
        let outcome = try await environment.write { (transaction) throws(StoreError) in
            let outcome = try tables.append(prepared, transaction)
            // Here, so that the transaction is given up with what was written into it.
            if fault == .lost { throw StoreError(.failed, call: "append") }
            return outcome
        }
        if fault == .unreported { throw StoreError(.failed, call: "append") }
        return outcome
    }
}

/// A record with all that can be made ready outside the write transaction.
struct PreparedAppend: Sendable {
    let item: Append
    let payloadLength: UInt32
    let chunks: [[UInt8]]
    let commitment: Digest32

    init(_ item: Append, _ random: RandomSource) throws(StoreError) {
        if case .new(let uri) = item.room {
            try Self.check(uri.count, limit: RoomRow.uriLimit)
        }
        // Before encoding: a vector has a limit of its own.
        try Self.check(item.payload.contentSize, limit: Payload.limit)
        let payload = item.payload.encoded
        try Self.check(payload.count, limit: Payload.limit)
        let chunks = PayloadChunks(payload, salt: random.bytes(PayloadChunks.saltByteCount))
        self.item = item
        self.payloadLength = UInt32(payload.count)
        self.chunks = chunks.values
        self.commitment = chunks.commitment
    }

    private static func check(_ size: Int, limit: Int) throws(StoreError) {
        guard size <= limit else { throw StoreError(.tooLarge(size: size, limit: limit)) }
    }

    /// The envelope at this position, after the room's last record if there is one.
    func envelope(gseq: UInt64, room: UInt64, after last: RoomRow?) -> Envelope {
        Envelope(
            kind: item.kind, schema: item.schema, gseq: gseq, room: room,
            roomSeq: last.map { $0.roomSeq + 1 } ?? 0, timeMs: item.timeMs, epoch: item.epoch,
            payloadLength: payloadLength, payloadCommitment: commitment,
            previous: last?.chainHead ?? .zero, stateHash: item.stateHash)
    }
}
