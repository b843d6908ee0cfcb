import EndpointMessages
import EventLog
import LMDBStore
import MLSCrypto
import MLSMessages
import PresentationLanguage
import RoomPolicy
import RuleBook

/// What a user said about being reached by another (MIMI protocol §5.7, G-15).
package enum ConsentState: UInt8, Sendable {
    case requested = 1
    case granted = 2
    case revoked = 3

    /// What an operation makes of a state; nil is that of nothing said.
    package static func after(
        _ state: ConsentState?, _ operation: ConsentOperation
    ) -> ConsentState? {
        switch operation {
        case .request: state ?? .requested
        case .cancel: state == .requested ? nil : state
        case .grant: .granted
        case .revoke: .revoked
        }
    }
}

/// Who consented to what; a room's entry goes before the general one (H-37).
package struct ConsentBook: Sendable {
    package enum Verdict: Hashable, Sendable {
        case granted
        case denied
        case deniedForRoom
        /// Neither granted nor revoked.
        case unsaid
    }

    private struct Pair: Hashable {
        let requester: [UInt8]
        let target: [UInt8]
    }

    private var general: [Pair: ConsentState] = [:]
    private var rooms: [Pair: [[UInt8]: ConsentState]] = [:]

    package init() {}

    package mutating func apply(_ entry: ConsentEntry) {
        let pair = Pair(requester: entry.requesterURI, target: entry.targetURI)
        if let room = entry.roomID {
            let state = rooms[pair]?[room]
            rooms[pair, default: [:]][room] = ConsentState.after(state, entry.operation)
        } else {
            general[pair] = ConsentState.after(general[pair], entry.operation)
            if entry.operation == .revoke {
                // What is revoked for a room stays so.
                rooms[pair] = rooms[pair]?.filter { $0.value == .revoked }
            }
        }
    }

    package func verdict(
        on requester: [UInt8], to target: [UInt8], in room: [UInt8]?
    ) -> Verdict {
        let pair = Pair(requester: requester, target: target)
        return Self.verdict(
            general: general[pair], room: room.flatMap { rooms[pair]?[$0] })
    }

    static func verdict(general: ConsentState?, room: ConsentState?) -> Verdict {
        switch (room, general) {
        case (.granted, _): .granted
        case (.revoked, _): .deniedForRoom
        case (_, .granted): .granted
        case (_, .revoked): .denied
        default: .unsaid
        }
    }
}

extension Hub {
    /// Takes a ConsentEntry (MIMI protocol §5.7) of a provider: requests and their cancellations come
    /// from the requester's, grants and revocations from the target's, which is this hub's own where its
    /// own users decide. Returns why it is refused, or nil. Whether anything changed is not told.
    public func consent(
        from provider: String, _ body: [UInt8]
    ) async throws(HubError) -> HubRefusal? {
        if let refusal = configuration.limits.excess(of: body) { return refusal }
        let entry: ConsentEntry
        do {
            entry = try ConsentEntry(parsing: body)
        } catch {
            return HubRefusal(
                .malformed, rule: .canonicalEncoding, item: "request",
                expected: "a ConsentEntry", found: error.description)
        }
        guard let requester = MIMIURI(entry.requesterURI, .user),
            let target = MIMIURI(entry.targetURI, .user),
            entry.roomID.map({ MIMIURI($0, .room) != nil }) ?? true
        else {
            return HubRefusal(
                .notAllowed, rule: .uri, item: "consent",
                expected: "the URIs of two users and, if any, of a room", found: "others")
        }
        let source: String
        switch entry.operation {
        case .request, .cancel: source = requester.domain
        case .grant, .revoke: source = target.domain
        }
        guard source == provider,
            [requester.domain, target.domain].contains(configuration.domain)
        else {
            return HubRefusal(
                .notAllowed, rule: .consent, item: "\(entry.operation)",
                expected: "an operation between \(provider) and this hub", found: source)
        }
        var routes = SideRows()
        routes.route(
            entry.clientKeyPackages.filter {
                user(of: $0.leafNode.credential) == entry.targetURI
            }, to: provider)
        do {
            try await context.consents.record(entry, routes)
        } catch {
            throw HubError(error)
        }
        return nil
    }

    /// Whether a user may be reached by another, in a room or anywhere; false where nothing was said.
    public func consents(
        _ target: String, to requester: String, in room: String? = nil
    ) throws(HubError) -> Bool {
        let states: (general: ConsentState?, room: ConsentState?)
        do {
            states = try context.consents.states(
                Array(requester.utf8), Array(target.utf8), room.map { Array($0.utf8) })
        } catch {
            throw HubError(error)
        }
        return ConsentBook.verdict(general: states.general, room: states.room) == .granted
    }
}

/// The consents of a hub's store, written one after another.
actor ConsentKeeper {
    private let log: EventLog
    private var tail: Task<Void, Never>?

    init(_ log: EventLog) {
        self.log = log
    }

    /// What was said in general, and of a room.
    nonisolated func states(
        _ requester: [UInt8], _ target: [UInt8], _ room: [UInt8]?
    ) throws(StoreError) -> (general: ConsentState?, room: ConsentState?) {
        let pair = Self.key(requester, target)
        return (
            try state(pair + Self.roomKey(nil)),
            try room.flatMap { (room) throws(StoreError) in try state(pair + Self.roomKey(room)) }
        )
    }

    private nonisolated func state(_ key: [UInt8]) throws(StoreError) -> ConsentState? {
        try log.row(key, on: .consent)?.first.flatMap(ConsentState.init)
    }

    /// SHA-256(requester) ‖ SHA-256(target), what the keys of both begin with.
    private static func key(_ requester: [UInt8], _ target: [UInt8]) -> [UInt8] {
        SHA256.hash(requester).bytes + SHA256.hash(target).bytes
    }

    /// SHA-256 of a room's URI; zeros for what holds in all rooms.
    private static func roomKey(_ room: [UInt8]?) -> [UInt8] {
        (room.map { SHA256.hash($0) } ?? .zero).bytes
    }

    /// Waits for the entries before it, then writes what this one makes of them, with `routes`.
    func record(_ entry: ConsentEntry, _ routes: SideRows) async throws(StoreError) {
        let before = tail
        let task = Task { () -> Result<Void, StoreError> in
            await before?.value
            do throws(StoreError) {
                try await self.log.write(try self.rows(for: entry, routes))
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        tail = Task { _ = await task.value }
        try await task.value.get()
    }

    private func rows(
        for entry: ConsentEntry, _ routes: SideRows
    ) throws(StoreError) -> SideRows {
        let pair = Self.key(entry.requesterURI, entry.targetURI)
        let key = pair + Self.roomKey(entry.roomID)
        var rows = routes
        if entry.roomID == nil, entry.operation == .revoke {
            try log.allRows(beginning: pair, on: .consent) { key, value in
                // What is revoked for a room stays so (H-37).
                if value != [ConsentState.revoked.rawValue] { rows.remove(key, from: .consent) }
            }
        }
        if let state = ConsentState.after(try state(key), entry.operation) {
            rows.put([state.rawValue], for: key, on: .consent)
        } else {
            rows.remove(key, from: .consent)
        }
        return rows
    }
}
