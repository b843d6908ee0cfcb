import EndpointMessages
import EventLog
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState

/// What goes out to providers when an update or a message was accepted (G-11).
///
/// Handshakes and messages go to every provider with an active participant, as it was before the
/// update; so a removed client still gets the commit that removes it. The hub's own provider and that
/// of the sender are among them, where they have active participants.
struct Fanout {
    /// The room before.
    let room: MIMIRoom
    /// When the hub accepted it (G-12).
    let time: UInt64
    private(set) var rows = SideRows()

    init(_ room: MIMIRoom, time: UInt64) {
        self.room = room
        self.time = time
    }

    /// An accepted update, with what the hub proposes because of it. `after` is the room that it led to.
    mutating func send(
        _ bundle: HandshakeBundle, _ events: [RoomEvent], to after: MIMIRoom,
        routes: KeyPackageRoutes
    ) throws(HubRefusal) {
        var sent = [bundle.message]
        if case .proposals(let more) = bundle.rest { sent += more }
        let issued = events.compactMap { event -> MLSMessage? in
            guard case .hubProposalIssued(let issued) = event, !sent.contains(issued.message)
            else { return nil }
            return issued.message
        }
        switch bundle.rest {
        case .proposals(let more):
            broadcast(.proposal(moreProposals: more), bundle.message, .proposal)
            for message in issued { broadcast(.proposal(moreProposals: []), message, .proposal) }
        case .commit(let welcome, _, _):
            broadcast(.commit(externalProposals: issued), bundle.message, .commit)
            var receivers: Set<String> = []
            if let welcome {
                receivers = try destinations(of: welcome, bundle, routes)
                let message = FanoutMessage(
                    timestamp: time, .welcome(welcome), .welcome(.full(after.group.tree.exchanged)))
                deliver(message, to: receivers, .welcome)
                for reference in welcome.secrets.map(\.newMember) {
                    rows.remove(reference, from: .keyPackageRoute)
                }
            }
            inform(of: issued, after, receivers)
        }
    }

    /// An accepted message, franked or not. Who is not to get messages now gets none.
    mutating func send(_ message: MLSMessage, _ frank: Frank?) {
        let withheld = Set(room.withheldUsers)
        let receivers = room.committedLeaves.users.filter { !withheld.contains($0) }
        let providers =
            withheld.isEmpty ? Set(room.committedLeaves.providers) : Self.domains(of: receivers)
        deliver(
            FanoutMessage(timestamp: time, message, .application(frank)), to: providers, .message,
            withheldFrom: withheld)
    }

    /// Providers that are new with a commit did not get it, and new clients of others could not take it, but
    /// they need what the hub proposes in its epoch; `receivers` are the providers that get the Welcome.
    private mutating func inform(
        of issued: [MLSMessage], _ after: MIMIRoom, _ receivers: Set<String>
    ) {
        guard !issued.isEmpty else { return }
        let new = Set(after.committedLeaves.providers).subtracting(room.committedLeaves.providers)
        for message in issued {
            deliver(
                FanoutMessage(timestamp: time, message, .proposal(moreProposals: [])),
                to: new.union(receivers), .proposal)
        }
    }

    private mutating func broadcast(
        _ rest: FanoutMessage.Rest, _ message: MLSMessage, _ kind: HubDelivery.Kind
    ) {
        deliver(
            FanoutMessage(timestamp: time, message, rest),
            to: Set(room.committedLeaves.providers), kind)
    }

    /// Each provider is told of its own users that are not to get it.
    private mutating func deliver(
        _ message: FanoutMessage, to providers: Set<String>, _ kind: HubDelivery.Kind,
        withheldFrom users: Set<[UInt8]> = []
    ) {
        let message = message.encoded
        for provider in providers.sorted() {
            let withheld = users.filter { MIMIURI($0)?.domain == provider }
            let row = DeliveryRow(
                kind: kind, room: room.settings.room.bytes,
                withheld: withheld.sorted { $0.lexicographicallyPrecedes($1) }, message: message)
            rows.deliver(row.encoded, to: Array(provider.utf8))
        }
    }

    private static func domains(of users: some Sequence<[UInt8]>) -> Set<String> {
        Set(users.compactMap { MIMIURI($0)?.domain })
    }

    // MARK: Welcome

    /// G-14: where the key packages of a Welcome came from; if that is not known, the domain of the
    /// added client's user.
    private func destinations(
        of welcome: Welcome, _ bundle: HandshakeBundle, _ routes: KeyPackageRoutes
    ) throws(HubRefusal) -> Set<String> {
        let users = addedUsers(by: bundle)
        var providers = Set<String>()
        for reference in welcome.secrets.map(\.newMember) {
            let domain = users[reference].flatMap { MIMIURI($0)?.domain }
            guard let provider = routes.providers[reference] ?? domain else {
                throw HubRefusal(
                    .notAllowed, rule: .welcomeRoute, item: "Welcome",
                    expected: "key packages of known providers", found: hex(reference))
            }
            providers.insert(provider)
        }
        return providers
    }

    /// The users of the clients that a commit adds, by the references of their key packages.
    private func addedUsers(by bundle: HandshakeBundle) -> [[UInt8]: [UInt8]] {
        guard case .publicMessage(let message) = bundle.message,
            case .commit(let commit) = message.content.body
        else { return [:] }
        var users: [[UInt8]: [UInt8]] = [:]
        for item in commit.proposals {
            let proposal: Proposal? =
                switch item {
                case .proposal(let proposal): proposal
                case .reference(let reference): room.group.pending[reference]?.proposal
                }
            guard case .add(let keyPackage)? = proposal else { continue }
            users[keyPackage.reference(room.group.suite.hash)] =
                room.user(of: keyPackage.leafNode.credential)
        }
        return users
    }
}

/// Where key packages came from that the hub relayed.
struct KeyPackageRoutes {
    var providers: [[UInt8]: String] = [:]
}

/// ```
/// struct {
///     uint8 format = 1;
///     uint8 kind;                                // of HubDelivery
///     opaque room_uri<V>;
///     IdentifierUri withheld<V>;                 // users
///     opaque fanout_message<V>;
/// } DeliveryRow;
/// ```
/// An item of a provider's queue.
struct DeliveryRow: TLSCodable, Hashable, Sendable {
    private static let format: UInt8 = 1
    /// A Welcome comes with the tree of its group.
    static let limits = DecodingLimits(depth: 16, size: 1 << 29)

    let kind: HubDelivery.Kind
    let room: [UInt8]
    let withheld: [[UInt8]]
    let message: [UInt8]

    init(kind: HubDelivery.Kind, room: [UInt8], withheld: [[UInt8]], message: [UInt8]) {
        self.kind = kind
        self.room = room
        self.withheld = withheld
        self.message = message
    }

    init(from reader: inout Reader) throws(DecodingError) {
        try reader.readFormat(Self.format)
        kind = try reader.readEnum("kind")
        room = try reader.readOpaque()
        withheld = try reader.readOpaqueList()
        message = try reader.readOpaque()
    }

    func write(to writer: inout Writer) {
        writer.write(Self.format)
        writer.write(kind.rawValue)
        writer.write(opaque: room)
        writer.write(opaqueList: withheld)
        writer.write(opaque: message)
    }
}
