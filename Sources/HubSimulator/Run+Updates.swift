import EventLog
import HubStore
import MLSCrypto
import PresentationLanguage
import RoomLog
import RoomState
import Scenario

/// Updates, and what becomes of them.
extension Run {
    typealias Prepared = SimulatedRoom.Prepared

    /// What the model says will become of an update.
    private enum Expected: CustomStringConvertible {
        /// What was answered before.
        case stored(UpdateAnswer)
        /// All of it waits already: no record.
        case nothingNew
        case accepted(ModelRoom)
        case refused(Objection)
        case full

        var description: String {
            switch self {
            case .stored(let answer): "answered again with \(answer.outcome)"
            case .nothingNew: "accepted without a record"
            case .accepted: "accepted"
            case .refused(let objection): "refused: \(objection.why)"
            case .full: "too much for the store"
            }
        }
    }

    private func expected(_ prepared: Prepared, _ request: Digest32, _ room: SimulatedRoom)
        -> Expected
    {
        if let answer = answers[request] { return .stored(answer) }
        do throws(Objection) {
            guard let next = try room.model.judge(prepared.motion) else { return .nothingNew }
            switch store.space {
            case .plenty: return .accepted(next)
            case .reserve: return room.model.isRelieved(by: next) ? .accepted(next) : .full
            case .none: return .full
            }
        } catch {
            return .refused(error)
        }
    }

    /// Sends an update and compares what the hub makes of it with what it should.
    func submit(_ prepared: Prepared, to room: SimulatedRoom) async throws {
        let request = SHA256.hash(
            Array("\(room.uri) \(prepared.motion.source) ".utf8), prepared.body)
        let expected = expected(prepared, request, room)
        if case .accepted = expected, dice.hits(oneIn: 10) {
            try await fail(prepared, in: room)
        }
        let answer: UpdateAnswer
        do throws(HubError) {
            answer = try await send(prepared, to: room)
        } catch {
            guard case .full = expected, case .full = error else { throw error }
            report.note(prepared.step, "full")
            return try await checkUnchanged(room)
        }
        switch (expected, answer.outcome) {
        case (.stored(let stored), _):
            guard answer == stored else {
                throw SimulationError("\(prepared.step) again: \(answer.outcome)")
            }
            report.note(prepared.step, "answered again")
            try await checkUnchanged(room)
        case (.nothingNew, .accepted(let sequence, let time)):
            guard let last = ledger.entries.last(where: { $0.room == room.uri }),
                last.sequence == sequence, last.time == time
            else { throw SimulationError("nothing new is record \(sequence)") }
            report.note(prepared.step, "nothing new")
            try await checkUnchanged(room)
        case (.accepted(let next), .accepted(let sequence, let time)):
            try await accept(prepared, sequence, time, leadingTo: next, in: room)
            answers[request] = answer
            report.note(
                prepared.step, "accepted",
                "\(sequence) \(time) \(ledger.root) \(prepared.motion)")
            if dice.hits(oneIn: 6) { try await repeatLost(prepared, answer, in: room) }
        case (.refused(let objection), .refused(let refusal)):
            guard objection.rule.isEmpty || objection.rule == refusal.rule else {
                throw SimulationError(
                    "\(prepared.step) \(prepared.motion) is refused by \(refusal), and should be by "
                        + "\(objection.rule): \(objection.why)")
            }
            report.note(prepared.step, "refused", "\(refusal.rule) \(prepared.motion)")
            try await checkUnchanged(room)
        case (.refused(let objection), .accepted):
            throw SimulationError(
                "\(prepared.step) \(prepared.motion) is accepted although: \(objection.why)")
        default:
            throw SimulationError(
                "\(prepared.step) \(prepared.motion) should be \(expected): \(answer.outcome)")
        }
    }

    private func send(
        _ prepared: Prepared, to room: SimulatedRoom
    ) async throws(HubError) -> UpdateAnswer {
        try await store.hub.update(room.uri, from: prepared.motion.source, prepared.body)
    }

    private func accept(
        _ prepared: Prepared, _ sequence: UInt64, _ time: UInt64, leadingTo next: ModelRoom,
        in room: SimulatedRoom
    ) async throws {
        guard sequence == ledger.size, time == room.model.time(at: store.clock.now) else {
            throw SimulationError(
                "\(prepared.step) is record \(sequence) of \(time), not \(ledger.size) of "
                    + "\(room.model.time(at: store.clock.now))")
        }
        guard let record = try store.log.record(at: sequence), let payload = record.payload,
            record.envelope.timeMs == time
        else { throw SimulationError("record \(sequence) is not what was acknowledged") }
        let update = try RoomUpdate(source: payload.source, evidence: payload.evidence)
        guard update.bundle == prepared.body,
            update.source.description == prepared.motion.source
        else { throw SimulationError("record \(sequence) is of another update") }
        try ledger.note(record, of: room.uri)
        let before = room.model
        let references = try await room.references(at: next)
        room.accept(prepared, leadingTo: next, references)
        room.model.time = time
        try room.checkEvents(of: record, from: before)
        try await room.checkFold()
        try ledger.check(store.log, all: false)
    }

    private func checkUnchanged(_ room: SimulatedRoom) async throws {
        try ledger.check(store.log, all: false)
        try await room.checkFold()
        if dice.hits(oneIn: 8) { _ = try await room.references(at: room.model) }
    }

    // MARK: What goes wrong

    /// The answer was lost: whoever sent it asks again, perhaps after the hub crashed.
    private func repeatLost(
        _ prepared: Prepared, _ answer: UpdateAnswer, in room: SimulatedRoom
    ) async throws {
        if dice.hits(oneIn: 3) { try await restart(crashing: true, store.space) }
        for _ in 0..<Int.random(in: 1...2, using: &dice) {
            let again = try await send(prepared, to: room)
            guard again == answer else {
                throw SimulationError("another answer to the same update: \(again.outcome)")
            }
        }
        report.note("answer", "repeated")
        try await checkUnchanged(room)
    }

    /// The store fails at the update, which is to be sent again after this.
    private func fail(_ prepared: Prepared, in room: SimulatedRoom) async throws {
        let fault = dice.hits(oneIn: 2) ? AppendFault.lost : .unreported
        store.arm(fault)
        var answer: UpdateAnswer?
        do throws(HubError) {
            answer = try await send(prepared, to: room)
        } catch {
            guard case .store = error else { throw error }
        }
        if let answer {
            throw SimulationError("an answer where the store failed: \(answer.outcome)")
        }
        let size = try store.log.head().nextSequence
        guard size == ledger.size + (fault == .lost ? 0 : 1) else {
            throw SimulationError("\(size) records after a fault of \(ledger.size)")
        }
        report.note("fault", "\(fault)")
        if dice.hits(oneIn: 2) {
            let space = store.space
            try await store.restart(crashing: true, space)
        }
    }

    // MARK: Other updates

    /// What was meant for another room.
    func strayUpdate(to room: SimulatedRoom) async throws {
        guard let other = rooms.first(where: { $0.uri != room.uri }),
            var stray = dice.pick(other.sent)
        else { return }
        stray.motion.flaw = .init(what: "of another room")
        let copy = Prepared(step: "stray", motion: stray.motion, body: stray.body)
        // Whether its committer may commit is another room's matter.
        if case .commit = copy.motion.form { return }
        try await submit(copy, to: room)
    }

    /// The operator ends a room.
    func close(_ room: SimulatedRoom) async throws {
        guard !room.model.isClosed, store.space != .none else { return }
        let time = room.model.time(at: store.clock.now)
        let answer = try await store.hub.close(room.uri, because: "the simulation")
        guard case .accepted(let sequence, time) = answer.outcome,
            let record = try store.log.record(at: sequence)
        else { throw SimulationError("a room is not closed: \(answer.outcome)") }
        try ledger.note(record, of: room.uri)
        room.model.isClosed = true
        room.model.time = time
        try await room.checkFold()
        report.note("close", "accepted", "\(sequence)")
    }
}
