import EndpointMessages

/// What a hub answers to a request for a room's GroupInfo.
public struct GroupInfoAnswer: Hashable, Sendable {
    /// Nil where the request was granted.
    public let refusal: HubRefusal?
    /// The body to send back, a GroupInfoResponse (MIMI protocol §5.6); nil for what HTTP itself
    /// answers: ``HubRefusal/Code/malformed``.
    public let body: [UInt8]?

    init(_ response: GroupInfoResponse) {
        refusal = nil
        body = response.encoded
    }

    init(_ refusal: HubRefusal, of room: [UInt8]) {
        self.refusal = refusal
        body =
            switch refusal.code {
            case .malformed: nil
            case .noSuchRoom: GroupInfoResponse(roomID: room, status: .noSuchRoom).encoded
            default: GroupInfoResponse(roomID: room, status: .notAuthorized).encoded
            }
    }
}
