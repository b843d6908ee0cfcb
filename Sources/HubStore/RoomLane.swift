import MLSMessages
import RoomLog
import RoomState
import RuleBook

/// One room, strictly in order: an update is decided when the one before it is on the disk. Rooms run
/// beside each other.
actor RoomLane {
    private let rooms: RoomLog
    private let growth: LogGrowth
    private let clock: @Sendable () -> UInt64
    private var room: MIMIRoom
    private var last: RoomLog.Position
    /// Whether the store failed, so that what it holds is not known.
    private var isStale = false
    /// The update that was begun last.
    private var tail: Task<Void, Never>?

    init(
        _ room: MIMIRoom, at last: RoomLog.Position, in rooms: RoomLog, _ growth: LogGrowth,
        clock: @escaping @Sendable () -> UInt64
    ) {
        self.room = room
        self.last = last
        self.rooms = rooms
        self.growth = growth
        self.clock = clock
    }

    var summary: RoomSummary { RoomSummary(room, sequence: last.gseq) }

    /// Waits for the updates before it, then decides and records this one.
    func update(_ update: RoomUpdate) async throws(HubError) -> UpdateAnswer {
        let before = tail
        let task = Task {
            await before?.value
            return await self.perform(update)
        }
        tail = Task { _ = await task.value }
        return try await task.value.get()
    }

    private func perform(_ update: RoomUpdate) async -> Result<UpdateAnswer, HubError> {
        do throws(RoomLogError) {
            if isStale { try refold() }
            // G-16: a retry after a lost answer.
            if let record = try rooms.answer(to: update, in: last.room) {
                return .success(UpdateAnswer(accepted: record.gseq, time: record.timeMs))
            }
            // G-12: time does not go back.
            let time = max(clock(), last.timeMs)
            switch room.decide(update, now: time) {
            case .rejected(let refusal):
                return .success(answer(to: update, refusal))
            case .accepted(let events) where events.isEmpty:
                // It waits already.
                return .success(UpdateAnswer(accepted: last.gseq, time: last.timeMs))
            case .accepted(let events):
                return .success(try await record(update, events, time))
            }
        } catch {
            return .failure(HubError(error))
        }
    }

    private func record(
        _ update: RoomUpdate, _ events: [RoomEvent], _ time: UInt64
    ) async throws(RoomLogError) -> UpdateAnswer {
        var next = room
        do {
            try next.apply(events)
        } catch {
            preconditionFailure("an accepted update can't be applied: \(error)")
        }
        // A failure may come after the record reached the disk.
        isStale = true
        last = try await rooms.append(update, events, after: last, leading: next, time: time)
        isStale = false
        room = next
        growth.grew(to: last.gseq)
        return UpdateAnswer(accepted: last.gseq, time: last.timeMs)
    }

    /// Starts again from what the store holds.
    private func refold() throws(RoomLogError) {
        guard let found = try rooms.room(room.settings.room.bytes),
            let folded = try rooms.fold(found), let state = folded.state.room
        else { preconditionFailure("a room that is gone from its log") }
        (room, last, isStale) = (state, folded.last, false)
        growth.grew(to: last.gseq)
    }

    private func answer(to update: RoomUpdate, _ refusal: Refusal) -> UpdateAnswer {
        let refused = HubRefusal(refusal, of: update.bundle, in: room)
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
