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

    /// The participants of the parent room, where there is one.
    func parentList() async throws(RoomLogError) -> ParticipantList? {
        let base = room.effective.base
        guard base.isParentDependent, let parent = base.parentRooms.first,
            let lane = try hub.lane(of: String(decoding: parent, as: UTF8.self)), lane !== self
        else { return nil }
        return await lane.room.effective.participants
    }

    /// After a record: the rooms whose parent this is follow it.
    func leadChildren(_ events: [RoomEvent]) async throws(RoomLogError) {
        let someoneLeft = events.contains { event in
            switch event {
            case .participantRemoved: true
            case .roleChanged(let pair): pair.role == Role.banned
            default: false
            }
        }
        guard someoneLeft else { return }
        let rows: [(key: [UInt8], value: [UInt8])]
        do {
            rows = try hub.rooms.log.rows(
                beginning: ChildRooms.prefix(room.settings.room.bytes), on: .childRoom)
        } catch {
            throw .store(error)
        }
        for row in rows {
            guard let child = try hub.lane(of: String(decoding: row.value, as: UTF8.self)) else {
                continue
            }
            try await child.followParent()
        }
    }

    /// Removes who is not in the parent room any more. Nothing is lost if the hub stops before: it is
    /// done when the room is asked for again.
    func followParent() async throws(RoomLogError) {
        do throws(HubError) {
            try await inTurn { (lane) throws(RoomLogError) in
                guard let parent = try await lane.parentList(),
                    let update = lane.update(
                        proposing: lane.room.removals(ofUsersNotIn: parent), .duty)
                else { return }
                _ = try await lane.perform(update)
            }
        } catch {
            throw .inconsistent(gseq: last.gseq, what: "\(error)")
        }
    }
}

/// Which rooms are children of a room: rows whose keys are SHA-256(parent URI) ‖ SHA-256(URI), and whose
/// values are the URI.
enum ChildRooms {
    static func prefix(_ parent: [UInt8]) -> [UInt8] { SHA256.hash(parent).bytes }

    /// Notes what became of a room's parent.
    static func note(
        _ room: MIMIRoom, before: RoomPolicy?, in rows: inout SideRows
    ) {
        let old = before?.base.parentRooms.first
        let new = room.effective.base.parentRooms.first
        guard old != new else { return }
        let uri = room.settings.room.bytes
        if let old { rows.remove(prefix(old) + SHA256.hash(uri).bytes, from: .childRoom) }
        if let new { rows.put(uri, for: prefix(new) + SHA256.hash(uri).bytes, on: .childRoom) }
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
