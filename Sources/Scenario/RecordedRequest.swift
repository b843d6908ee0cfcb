import PresentationLanguage

/// A request to a hub, as `hubstore scenario --record` writes it: one JSON object in a line. The first is
/// the hub itself.
package struct RecordedRequest: Encodable, Sendable {
    package enum Endpoint: String, Encodable, Sendable {
        case hub, create, update, submitMessage, groupInfo
    }

    let endpoint: Endpoint
    /// The provider that it comes from; of `hub`, its domain.
    let from: String
    let room: String
    /// The hub's clock.
    let time: UInt64
    /// Hex; of `hub` its private key, of `create` the GroupInfo.
    let body: String
    /// Of `create`, the ratchet tree.
    let tree: String?
    /// Of `hub`.
    let suite: UInt16?

    init(
        _ endpoint: Endpoint, from: String, room: String, time: UInt64, _ body: [UInt8],
        tree: [UInt8]? = nil, suite: UInt16? = nil
    ) {
        self.endpoint = endpoint
        self.from = from
        self.room = room
        self.time = time
        self.body = hex(body)
        self.tree = tree.map(hex)
        self.suite = suite
    }
}
