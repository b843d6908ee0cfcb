import EndpointMessages

/// What a hub answers to an update.
public struct UpdateAnswer: Hashable, Sendable {
    /// What became of the update.
    public enum Outcome: Hashable, Sendable {
        /// The update counts, and is on the disk. `sequence` is its record's place in the log of all
        /// rooms; `time` is in milliseconds since the Unix epoch and does not decrease in a room.
        case accepted(sequence: UInt64, time: UInt64)
        case refused(HubRefusal)
    }

    /// What became of the update.
    public let outcome: Outcome
    /// The body to send back, an UpdateRoomResponse (MIMI protocol §5.3); nil for what HTTP itself
    /// answers: ``HubRefusal/Code/malformed`` and ``HubRefusal/Code/noSuchRoom``.
    public let body: [UInt8]?

    init(accepted sequence: UInt64, time: UInt64) {
        outcome = .accepted(sequence: sequence, time: time)
        body = UpdateRoomResponse.success(acceptedMs: time).encoded
    }

    /// `epoch` is the room's current one.
    init(_ refusal: HubRefusal, epoch: UInt64 = 0, references: [[UInt8]] = []) {
        outcome = .refused(refusal)
        let text = "\(refusal.rule): \(refusal.item)"
        let response: UpdateRoomResponse? =
            switch refusal.code {
            case .malformed, .noSuchRoom: nil
            case .wrongEpoch: .wrongEpoch(text, currentEpoch: epoch)
            case .invalidProposal: .invalidProposal(text, references)
            case .notAllowed, .epochTooOld: .notAllowed(text)
            }
        body = response?.encoded
    }
}
