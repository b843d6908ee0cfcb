import EndpointMessages
import EventLog
import LMDBStore
import MLSMessages
import PresentationLanguage
import RoomLog
import RoomPolicy
import RoomState
import RuleBook

/// One room, strictly in order: a request is decided when the one before it is on the disk. Rooms run
/// beside each other.
actor RoomLane {
    let hub: HubContext
    private(set) var room: MIMIRoom
    private(set) var last: RoomLog.Position
    /// The proposals that wait, as they were sent.
    private(set) var waiting: [WaitingProposal]
    /// Milliseconds since the Unix epoch, of the latest update or message.
    var latestTime: UInt64
    /// Whether someone left whom child rooms have yet to take out.
    var isLeading = false
    /// Whether the store failed, so that what it holds is not known.
    private var isStale = false
    /// The request that was begun last.
    private var tail: Task<Void, Never>?

    init(_ found: FoundRoom, in hub: HubContext) {
        self.hub = hub
        room = found.room
        last = found.last
        waiting = found.waiting
        latestTime = found.time
    }

    var summary: RoomSummary { RoomSummary(room, sequence: last.gseq) }

    /// What the keys of the room's rows begin with.
    var roomKey: [UInt8] { last.room.encoded }

    /// G-12: time does not go back.
    var nextTime: UInt64 { max(hub.configuration.clock(), latestTime) }

    func row(_ key: [UInt8], on shelf: Shelf) throws(RoomLogError) -> [UInt8]? {
        do {
            return try hub.rooms.log.row(key, on: shelf)
        } catch {
            throw .store(error)
        }
    }

    /// Writes rows that no record goes with.
    func write(_ rows: SideRows) async throws(RoomLogError) {
        do {
            try await hub.rooms.log.write(rows)
        } catch {
            throw .store(error)
        }
    }

    /// Waits for the requests before it, then does what `body` says.
    func inTurn<T: Sendable>(
        _ body: @escaping @Sendable (isolated RoomLane) async throws(RoomLogError) -> T
    ) async throws(HubError) -> T {
        let before = tail
        let task = Task { () -> Result<T, HubError> in
            await before?.value
            do throws(RoomLogError) {
                if isStale { try refold() }
                return .success(try await body(self))
            } catch {
                return .failure(HubError(error))
            }
        }
        tail = Task { _ = await task.value }
        return try await task.value.get()
    }

    /// Starts again from what the store holds.
    private func refold() throws(RoomLogError) {
        guard let found = try FoundRoom(room.settings.room.bytes, in: hub.rooms) else {
            preconditionFailure("a room that is gone from its log")
        }
        (room, last, waiting, latestTime) = (found.room, found.last, found.waiting, found.time)
        hub.states.found(found.opened, isAgain: true)
        isStale = false
        hub.growth.grew(to: last.gseq)
    }

    // MARK: Updates

    func update(_ update: RoomUpdate) async throws(HubError) -> UpdateAnswer {
        let answer = try await inTurn { (lane) throws(RoomLogError) in
            try await lane.perform(update)
        }
        // Not in turn: what follows waits for the turns of other rooms, which may wait for this one's.
        await followUp()
        return answer
    }

    func perform(_ update: RoomUpdate) async throws(RoomLogError) -> UpdateAnswer {
        // G-16: a retry after a lost answer.
        if let record = try hub.rooms.answer(to: update, in: last.room) {
            return UpdateAnswer(accepted: record.gseq, time: record.timeMs)
        }
        if let refusal = hub.configuration.limits.excess(of: update.bundle) {
            return answer(to: update, refusal)
        }
        // What can't be read is for the decision to refuse.
        let bundle = try? HandshakeBundle(parsing: update.bundle)
        if let refusal = excess(of: bundle, update) { return answer(to: update, refusal) }
        let grant = try joinGrant(for: bundle)
        let parents = try await parents(for: bundle)
        let update = update.with(
            codeRole: grant?.code.role, parents: parents.readings, read: bundle)
        let time = nextTime
        switch room.decide(update, now: time, parents: parents) {
        case .rejected(let refusal):
            return answer(to: update, HubRefusal(refusal, of: update.bundle, in: room))
        case .accepted(let events) where events.isEmpty:
            // It waits already.
            return UpdateAnswer(accepted: last.gseq, time: last.timeMs)
        case .accepted(let events):
            guard let bundle else { preconditionFailure("an accepted update that is none") }
            do {
                return try await record(update, bundle, events, time, grant)
            } catch let refusal as HubRefusal {
                return answer(to: update, refusal)
            } catch let error as RoomLogError {
                throw error
            } catch {
                preconditionFailure("an error of another kind: \(error)")
            }
        }
    }

    private func record(
        _ update: RoomUpdate, _ bundle: HandshakeBundle, _ events: [RoomEvent], _ time: UInt64,
        _ grant: JoinGrant?
    ) async throws -> UpdateAnswer {
        let next = room(after: events)
        var rows = try rows(for: bundle, events, time, next)
        grant?.consume(in: &rows)
        let fixed = try FixedRooms(context: hub).reserve(next, before: room)
        defer { fixed.map(hub.release) }
        let position = try await appending(events, next) {
            [room, last] (rooms) throws(RoomLogError) in
            try await rooms.append(
                update, events, after: last, from: room, leading: next, time: time, sideRows: rows)
        }
        let sent = PendingProposalEntry.sent(in: bundle, events, time)
        waiting = WaitingProposal.waiting(
            in: next, among: waiting + sent.compactMap { WaitingProposal($0, next) })
        hub.deliveries.grew()
        isLeading = isLeading || events.contains { $0.takesAUserOut }
        return move(to: next, at: position)
    }

    /// Calls `append`, whose record leads to `next`, and lets the rows of the room's state follow.
    private func appending(
        _ events: [RoomEvent], _ next: MIMIRoom,
        _ append: (RoomLog) async throws(RoomLogError) -> RoomLog.Position
    ) async throws(RoomLogError) -> RoomLog.Position {
        let ticket = hub.states.announce()
        // A failure may come after the record reached the disk.
        isStale = true
        do {
            let position = try await append(hub.rooms)
            await hub.states.note(ticket, events, .room(next), after: position)
            return position
        } catch {
            hub.states.withdraw(ticket)
            throw error
        }
    }

    /// The room that the events of a decision lead to.
    private func room(after events: [RoomEvent]) -> MIMIRoom {
        var next = room
        do {
            try next.apply(events)
        } catch {
            preconditionFailure("an accepted update can't be applied: \(error)")
        }
        return next
    }

    /// Goes on from a record that is on the disk.
    private func move(to next: MIMIRoom, at position: RoomLog.Position) -> UpdateAnswer {
        isStale = false
        room = next
        last = position
        latestTime = position.timeMs
        hub.growth.grew(to: position.gseq)
        return UpdateAnswer(accepted: position.gseq, time: position.timeMs)
    }

    /// Takes payloads away. The room stays as it is.
    func performRedaction(
        _ places: ClosedRange<UInt64>, because reason: String
    ) async throws(RoomLogError) -> UInt64 {
        guard let found = try hub.rooms.room(room.settings.room.bytes),
            places.upperBound <= found.row.roomSeq
        else { throw .notRedactable(gseq: last.gseq, why: "it is the latest record") }
        let time = nextTime
        let position = try await appending([], room) { (rooms) throws(RoomLogError) in
            try await rooms.redact(places, of: found, because: reason, time: time)
        }
        _ = move(to: room, at: position)
        return position.gseq
    }

    /// What changes beside the log: queues of providers.
    private func rows(
        for bundle: HandshakeBundle, _ events: [RoomEvent], _ time: UInt64, _ next: MIMIRoom
    ) throws -> SideRows {
        var fanout = Fanout(room, time: time)
        try fanout.send(bundle, events, to: next, routes: try routes(of: bundle))
        return fanout.rows
    }

    private func routes(of bundle: HandshakeBundle) throws(RoomLogError) -> KeyPackageRoutes {
        var routes = KeyPackageRoutes()
        guard case .commit(let welcome?, _, _) = bundle.rest else { return routes }
        for reference in welcome.secrets.map(\.newMember) {
            guard let value = try row(reference, on: .keyPackageRoute),
                let route = try? KeyPackageRoute(parsing: value)
            else { continue }
            routes.providers[reference] = String(decoding: route.provider, as: UTF8.self)
        }
        return routes
    }

    /// Ends the room; refused if it is over already.
    func close(because reason: String) async throws(HubError) -> UpdateAnswer {
        try await inTurn { (lane) throws(RoomLogError) in try await lane.end(reason) }
    }

    private func end(_ reason: String) async throws(RoomLogError) -> UpdateAnswer {
        switch room.close() {
        case .rejected(let refusal):
            return UpdateAnswer(HubRefusal(.notAllowed, refusal))
        case .accepted(let events):
            let next = room(after: events)
            let time = nextTime
            let position = try await appending(events, next) {
                [room, last] (rooms) throws(RoomLogError) in
                try await rooms.close(
                    because: reason, events, after: last, from: room, leading: next, time: time)
            }
            return move(to: next, at: position)
        }
    }

    // MARK: Refusals

    /// What would wait beyond what may.
    private func excess(of bundle: HandshakeBundle?, _ update: RoomUpdate) -> HubRefusal? {
        let limits = hub.configuration.limits
        guard update.authority != .duty, let bundle, case .proposals(let more) = bundle.rest
        else { return nil }
        return PendingQuota(limits: limits, room: room, waiting: waiting)
            .excess(of: [bundle.message] + more, size: update.bundle.count)
    }

    private func answer(to update: RoomUpdate, _ refused: HubRefusal) -> UpdateAnswer {
        hub.note(
            refused, of: room.settings.room.description, from: update.source.description)
        return UpdateAnswer(
            refused, epoch: room.group.context.epoch,
            references: refused.code == .invalidProposal ? unknown(in: update) : [])
    }

    /// The references of a commit that name nothing that waits.
    private func unknown(in update: RoomUpdate) -> [[UInt8]] {
        guard let bundle = try? HandshakeBundle(parsing: update.bundle),
            case .publicMessage(let message) = bundle.message,
            case .commit(let commit) = message.content.body
        else { return [] }
        return commit.proposals.compactMap { item in
            guard case .reference(let reference) = item, room.group.pending[reference] == nil
            else { return nil }
            return reference
        }
    }
}

extension HubConfiguration.Limits {
    /// A request that is too large.
    func excess(of request: [UInt8]) -> HubRefusal? {
        guard request.count > requestSize else { return nil }
        return HubRefusal(
            .notAllowed, rule: .quota, item: "request", expected: "at most \(requestSize) bytes",
            found: "\(request.count)")
    }
}
