import EventLog
import LMDBStore
import MLSCrypto
import RoomLog
import RoomState
import TransparencyLog

/// The key that signs the checkpoints of a hub's log.
public struct LogSigningKey: Sendable {
    let key: SignerKey

    /// An Ed25519 key in the text form of Go's `sumdb/note`, as `hubstore key` makes it. Its name is the
    /// origin of the log. Throws ``HubError/invalidKey``.
    public init(_ text: String) throws(HubError) {
        guard let key = try? SignerKey(parsing: text.utf8), key.verifier.type == .ed25519 else {
            throw .invalidKey
        }
        self.key = key
    }

    /// What others verify checkpoints with (C2SP signed-note, "Verifier keys").
    public var verifierKey: String { key.verifier.text }
}

extension Hub {
    /// The log as it is now, signed (C2SP tlog-checkpoint). Give it to followers and witnesses: whoever
    /// has one can tell later whether the log still begins like that.
    ///
    /// What was signed last is kept in the anchor, a file beside the store: a store that was put back, or
    /// exchanged for another, is not signed. Throws ``HubError/notSigned(_:)`` then, and where the
    /// configuration has no key.
    public func checkpoint() async throws(HubError) -> String {
        guard let key = configuration.logKey else { throw .notSigned("there is no key of the log") }
        do {
            let signed = try await rooms.log.signCheckpoint(
                with: key.key, anchor: context.anchor, at: configuration.clock() / 1000)
            return String(decoding: signed.encoded, as: UTF8.self)
        } catch {
            throw .notSigned("\(error)")
        }
    }

    /// Shows that a record is in the log, under the newest checkpoint (C2SP tlog-proof); nil if it is not
    /// below one yet.
    public func receipt(for sequence: UInt64) throws(HubError) -> String? {
        do {
            guard let newest = try rooms.log.latestCheckpoint(),
                let signed = try? SignedCheckpoint(parsing: newest.note),
                let proof = try rooms.log.inclusionProof(of: sequence, inTreeOf: newest.size)
            else { return nil }
            let receipt = LogProof(inclusion: proof, signed: signed)
            return String(decoding: receipt.encoded, as: UTF8.self)
        } catch {
            throw HubError(error)
        }
    }

    /// Takes the payloads of a room's records away, from one to another of `places`, counted in the room
    /// from 0, and records why. The envelopes stay, and every proof holds. Bytes of the payloads are in
    /// free pages of the file until `hubstore compact`.
    ///
    /// The state behind the last of them is kept; what it says is not gone. Returns the record that says
    /// so. Throws ``HubError/store(_:)`` for records that can't be redacted.
    public func redact(
        _ places: ClosedRange<UInt64>, of room: String, because reason: String
    ) async throws(HubError) -> UInt64 {
        guard let lane = try lane(of: room) else { throw .noSuchRoom(room) }
        return try await lane.redact(places, because: reason)
    }
}

extension RoomLane {
    func redact(
        _ places: ClosedRange<UInt64>, because reason: String
    ) async throws(HubError) -> UInt64 {
        try await inTurn { (lane) throws(RoomLogError) in
            try await lane.performRedaction(places, because: reason)
        }
    }
}
