import EndpointMessages
import EventLog
import LMDBStore
import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import RoomPolicy
import RoomState
import RuleBook

/// What the hub does by itself: it proposes as an external sender (E-18), and lets child rooms follow
/// their parents (B-13, E-19).
extension RoomLane {
    /// Proposes all of these or nothing.
    func propose(_ proposals: [Proposal]) async throws(HubError) -> UpdateAnswer {
        try await inTurn { (lane) throws(RoomLogError) in
            guard let update = lane.update(proposing: proposals, .sender) else {
                return UpdateAnswer(
                    HubRefusal(
                        .notAllowed, rule: .hubSender, item: "external_senders",
                        expected: "a key of the hub", found: "others"))
            }
            return try await lane.perform(update)
        }
    }

    /// Nil if the hub has no key of this room, or nothing to propose.
    private func update(
        proposing proposals: [Proposal], _ authority: RoomUpdate.Authority
    ) -> RoomUpdate? {
        guard let messages = room.hubMessages(of: proposals), let first = messages.first else {
            return nil
        }
        let bundle = HandshakeBundle(first, .proposals(Array(messages.dropFirst())))
        return RoomUpdate(
            from: hub.configuration.domain, bundle.encoded, authority: authority)
    }

    // MARK: Parent and children

    /// The room's parent, and the rooms that an update names as one: rooms of this hub that are not below
    /// this one themselves.
    func parents(for bundle: HandshakeBundle?) async throws(RoomLogError) -> ParentRooms {
        var parents: ParentRooms = []
        for uri in Set([room.parent].compactMap { $0 } + (bundle?.namedParents ?? [])) {
            guard let lane = try await hub.parentLane(uri, of: room.settings.room.bytes) else {
                continue
            }
            parents.append(await lane.asParent)
        }
        return parents
    }

    /// What a child needs to know of this room.
    var asParent: (reading: ParentReading, participants: ParticipantList) {
        (
            ParentReading(room: room.settings.room.bytes, sequence: last.gseq),
            room.effective.participants
        )
    }

    /// After an update: child rooms follow this one, and this one its parent.
    func followUp() async {
        if room.parent != nil { await followParent() }
        guard isLeading else { return }
        isLeading = false
        for uri in (try? hub.children(of: room.settings.room.bytes)) ?? [] {
            // A child that can't be had now follows when it is next asked for.
            guard let child = try? hub.lane(of: String(decoding: uri, as: UTF8.self)),
                child !== self
            else { continue }
            await child.followParent()
            await child.followUp()
        }
    }

    /// Removes who is not in the parent room any more: all at once or, where that is refused, each by
    /// itself. What can't be done now, because other proposals are in its way, is tried again after the
    /// next update, and when the room is next read from the store.
    func followParent() async {
        guard let uri = room.parent,
            let lane = try? await hub.parentLane(uri, of: room.settings.room.bytes)
        else { return }
        let parent = await lane.room.effective.participants
        let users = room.users(notIn: parent)
        guard !users.isEmpty else { return }
        if await remove(users) { return }
        for user in users where users.count > 1 { _ = await remove([user]) }
    }

    /// Whether users are out.
    private func remove(_ users: [[UInt8]]) async -> Bool {
        let answer = try? await inTurn { (lane) throws(RoomLogError) -> UpdateAnswer? in
            guard let update = lane.update(proposing: lane.room.removals(of: users), .duty) else {
                return nil
            }
            return try await lane.perform(update)
        }
        if case .accepted? = answer?.outcome { return true }
        return false
    }
}

extension HubContext {
    /// The lane of a room that may be another's parent: nil for one that is not there, or below it.
    func parentLane(
        _ uri: [UInt8], of child: [UInt8]
    ) async throws(RoomLogError) -> RoomLane? {
        guard let found = try lane(of: String(decoding: uri, as: UTF8.self)) else { return nil }
        var seen: Set<[UInt8]> = [child]
        var next: RoomLane? = found
        while let lane = next {
            let room = await lane.room
            guard seen.insert(room.settings.room.bytes).inserted else { return nil }
            next = try room.parent.flatMap { (uri) throws(RoomLogError) in
                try self.lane(of: String(decoding: uri, as: UTF8.self))
            }
        }
        return found
    }

    /// The URIs of the children of a room, or of all children.
    func children(of parent: [UInt8]? = nil) throws(RoomLogError) -> [[UInt8]] {
        var children: [[UInt8]] = []
        let prefix = parent.map { InlineRows.prefix(parent: $0) } ?? []
        do {
            try rooms.log.allRows(beginning: prefix, of: .childRoom) { children.append($1) }
        } catch {
            throw .store(error)
        }
        return children
    }
}

extension RoomEvent {
    /// Whether a user is removed or banned.
    var takesAUserOut: Bool {
        switch self {
        case .participantRemoved: true
        case .roleChanged(let pair): pair.role == Role.banned
        default: false
        }
    }
}

extension Hub {
    /// Proposes something to a room as the hub itself (E-18): RFC 9420 Proposals, encoded, which are
    /// accepted or refused as one. The room's policy counts for the hub as for others (H-42).
    public func propose(
        _ proposals: [[UInt8]], in room: String
    ) async throws(HubError) -> UpdateAnswer {
        guard let lane = try lane(of: room) else { return UpdateAnswer(.noSuchRoom(room)) }
        var parsed: [Proposal] = []
        for bytes in proposals {
            do {
                parsed.append(try Proposal(parsing: bytes))
            } catch {
                return UpdateAnswer(
                    HubRefusal(
                        .malformed, rule: .canonicalEncoding, item: "proposal",
                        expected: "a Proposal", found: error.description))
            }
        }
        return try await lane.propose(parsed)
    }
}
