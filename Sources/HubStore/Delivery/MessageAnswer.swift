import EndpointMessages

/// What a hub answers to a message.
public struct MessageAnswer: Hashable, Sendable {
    /// What became of the message.
    public enum Outcome: Hashable, Sendable {
        /// The message goes out; `time` is in milliseconds since the Unix epoch.
        case accepted(time: UInt64, isFranked: Bool)
        case refused(HubRefusal)
    }

    /// What became of the message.
    public let outcome: Outcome
    /// The body to send back, a SubmitMessageResponse (MIMI protocol §5.4); nil for what HTTP itself
    /// answers: ``HubRefusal/Code/malformed`` and ``HubRefusal/Code/noSuchRoom``.
    public let body: [UInt8]?

    init(_ response: SubmitMessageResponse, because refusal: HubRefusal? = nil) {
        body = response.encoded
        if case .accepted(let time, let frank) = response {
            outcome = .accepted(time: time, isFranked: frank != nil)
        } else {
            guard let refusal else { preconditionFailure("a refusal without a reason") }
            outcome = .refused(refusal)
        }
    }

    /// `epoch` is the room's current one.
    init(_ refusal: HubRefusal, epoch: UInt64 = 0) {
        outcome = .refused(refusal)
        let response: SubmitMessageResponse? =
            switch refusal.code {
            case .malformed, .noSuchRoom: nil
            case .epochTooOld: .epochTooOld(currentEpoch: epoch)
            case .wrongEpoch, .invalidProposal, .notAllowed: .notAllowed
            }
        body = response?.encoded
    }
}
