import EventLog
import HubStore
import LogAudit
import MLSCrypto
import PresentationLanguage
import RoomState
import RuleBook
import Scenario
import TransparencyLog

/// One seed's life of a hub: rooms of real members, hostile ones among them, on a store that fails. After
/// every step the hub must be as the model says.
package struct Simulation: Sendable {
    package var seed: UInt64
    /// Steps of all rooms together; nil for as many as follow from the seed.
    package var steps: Int?
    /// Which rules the hub enforces: all of them, but in tests of the simulator.
    package var enforcement = Enforcement.complete
    /// What is done to the store behind the hub's back; nothing, but in tests of the simulator.
    package var sabotage: Sabotage?

    /// Called with everything that is done, as it is done.
    package var watch: (@Sendable (String) -> Void)?

    package init(seed: UInt64) {
        self.seed = seed
    }

    /// Runs it on a store at a path where nothing is, and leaves the store there.
    package func run(at path: String) async throws(SimulationFailure) -> SimulationReport {
        var step = 0
        do {
            let run = try Run(self, at: path)
            do {
                try await run.live()
            } catch {
                step = run.report.steps
                run.store.abandon()
                throw error
            }
            return run.report
        } catch {
            throw SimulationFailure(seed: seed, step: step, what: "\(error)")
        }
    }
}

/// That a hub is not as the model says.
package struct SimulationFailure: Error, CustomStringConvertible {
    package let seed: UInt64
    package let step: Int
    package let what: String

    package var description: String { "seed \(seed), step \(step): \(what)" }
}

/// What happened in a simulation.
package struct SimulationReport: Sendable {
    package fileprivate(set) var steps = 0
    /// How often something was done and what came of it, such as `admit accepted`.
    package private(set) var counts: [String: Int] = [:]
    /// A hash over all that was done and answered: the same of every run of a seed.
    package private(set) var trace = Digest32.zero
    var watch: (@Sendable (String) -> Void)?

    package init() {}

    mutating func note(_ what: String, _ outcome: String, _ details: String = "") {
        counts["\(what) \(outcome)", default: 0] += 1
        let line = "\(steps) \(what) \(outcome) \(details)"
        trace = SHA256.hash(trace.bytes, Array(line.utf8))
        watch?(line)
    }

    package static func += (a: inout SimulationReport, b: SimulationReport) {
        a.steps += b.steps
        a.counts.merge(b.counts, uniquingKeysWith: +)
        a.trace = SHA256.hash(a.trace.bytes, b.trace.bytes)
    }
}

/// A simulation that is under way.
final class Run {
    let store: SimulatedStore
    let rooms: [SimulatedRoom]
    var dice: Dice
    var ledger = Ledger()
    var report = SimulationReport()
    /// The answers to what was accepted, by request.
    var answers: [Digest32: UpdateAnswer] = [:]
    /// Where providers are in their queues.
    private var positions: [String: UInt64] = [:]
    private let stepCount: Int
    private var sabotage: Sabotage?

    init(_ simulation: Simulation, at path: String) throws {
        dice = Dice(seed: simulation.seed, name: "simulation")
        store = try SimulatedStore(
            at: path, seed: simulation.seed, simulation.enforcement)
        let count = dice.hits(oneIn: 5) ? 2 : 1
        let (store, seed) = (store, simulation.seed)
        rooms = try (0..<count).map { try SimulatedRoom($0, seed: seed, in: store) }
        stepCount = simulation.steps ?? Int.random(in: 20...40, using: &dice)
        sabotage = simulation.sabotage
        report.watch = simulation.watch
    }

    func live() async throws {
        for room in rooms {
            try await room.found()
            guard let record = try store.log.record(at: ledger.size) else {
                throw SimulationError("no record founds \(room.uri)")
            }
            try ledger.note(record, of: room.uri)
            room.model.learn(try await room.references(at: room.model))
            try await room.checkFold()
        }
        while report.steps < stepCount {
            report.steps += 1
            try await step()
        }
        try await end()
    }

    private func step() async throws {
        moveClock()
        guard let room = dice.pick(rooms) else { return }
        switch Int.random(in: 0..<60, using: &dice) {
        case 0..<2: try await restart(crashing: false)
        case 2..<4: try await restart(crashing: true)
        case 4:
            let space = dice.hits(oneIn: 3) ? SimulatedStore.Space.none : .reserve
            try await restart(crashing: dice.hits(oneIn: 2), space)
        case 5..<11: try await message(in: room)
        case 11 where report.steps > 15 && dice.hits(oneIn: 4): try await close(room)
        case 12 where rooms.count > 1: try await strayUpdate(to: room)
        default:
            if let prepared = try await room.next() {
                room.sent.append(prepared)
                try await submit(prepared, to: room)
            }
        }
        // A store that was full gets its space back some time.
        if store.space != .plenty, dice.hits(oneIn: 5) { try await restart(crashing: false) }
        for domain in SimulatedRoom.domains where !dice.hits(oneIn: 3) {
            try await deliver(to: domain)
        }
    }

    /// Mostly some seconds, at times far, and back as well.
    private func moveClock() {
        let now = store.clock.now
        let far: UInt64 = dice.hits(oneIn: 10) ? 86_400_000 * 400 : 10_000
        let distance = UInt64.random(in: 0...far, using: &dice)
        store.clock.advance(to: dice.hits(oneIn: 15) ? now - min(now, distance) : now + distance)
    }

    // MARK: The store

    func restart(crashing: Bool, _ space: SimulatedStore.Space = .plenty) async throws {
        report.note(crashing ? "crash" : "restart", "done", "\(space)")
        let path = store.path
        let sabotage = takeSabotage()
        try await store.restart(crashing: crashing, space) {
            try sabotage?.perform(at: path)
        }
        try ledger.check(store.log, all: true)
        for room in rooms {
            room.folded = nil
            try await room.checkFold()
            _ = try await room.references(at: room.model)
        }
    }

    /// Every other restart, so that something happens between the two.
    private func takeSabotage() -> Sabotage? {
        guard let next = sabotage else { return nil }
        sabotage = next.next
        return next
    }

    private func deliver(to domain: String) async throws {
        var last: UInt64?
        while true {
            let deliveries = try store.hub.deliveries(to: domain, from: positions[domain] ?? 0)
            guard let end = deliveries.last?.position else { break }
            for delivery in deliveries {
                try rooms.first { $0.uri == delivery.room }?.take(delivery, at: domain)
            }
            positions[domain] = end + 1
            last = end
        }
        if let last, dice.hits(oneIn: 2) { try await store.hub.acknowledge(domain, through: last) }
    }

    // MARK: The end

    private func end() async throws {
        if store.space != .plenty { try await restart(crashing: false) }
        for domain in SimulatedRoom.domains { try await deliver(to: domain) }
        for room in rooms {
            try await room.checkMembers()
            let remembered = try room.remembered()
            guard remembered.committed == room.model.committed,
                remembered.waiting == room.model.waiting
            else { throw SimulationError("the list of events does not lead to \(room.uri)") }
        }
        try await restart(crashing: true)
        if takeSabotage() != nil { throw SimulationError("nothing restarted in time") }
        await store.hub.close()
        try await audit()
        report.note("end", "\(ledger.size) records")
    }

    /// Everything in the store against everything else, and the evidence of each record decided again.
    private func audit() async throws {
        let log = try EventLog.open(at: store.path, access: .readOnly)
        var options = AuditOptions()
        options.depth = .full
        options.known = [
            KnownTree(
                source: "the acknowledgements", TreeHead(size: ledger.size, root: ledger.root))
        ]
        var findings: [AuditFinding] = []
        do {
            _ = try await Audit(log, options).run { findings.append($0) }
        } catch {
            log.abandon()
            throw error
        }
        log.abandon()
        guard findings.isEmpty else {
            throw SimulationError(
                "the audit: \(findings.map(\.description).joined(separator: "; "))")
        }
    }

    // MARK: Messages

    private func message(in room: SimulatedRoom) async throws {
        guard let message = try room.message() else { return }
        var source = message.client.domain
        if dice.hits(oneIn: 10) { source = dice.pick(SimulatedRoom.domains) ?? source }
        var objection: Objection?
        do throws(Objection) {
            try room.model.checkMessage(of: message.client, by: source, epoch: message.epoch)
        } catch {
            objection = error
        }
        let isFull = objection == nil && store.space != .plenty
        let answer: MessageAnswer
        do throws(HubError) {
            answer = try await store.hub.submitMessage(room.uri, from: source, message.body)
        } catch {
            guard isFull, case .full = error else { throw error }
            return report.note("message", "full")
        }
        guard !isFull else { throw SimulationError("a message in a store that is full") }
        switch (answer.outcome, objection) {
        case (.accepted(let time, _), nil):
            guard time == room.model.time(at: store.clock.now) else {
                throw SimulationError("a message of \(time) where time is \(room.model.time)")
            }
            room.accept(message, at: time)
            report.note("message", "accepted", "\(time)")
            let again = try await store.hub.submitMessage(room.uri, from: source, message.body)
            guard again == answer else { throw SimulationError("another answer to a message") }
        case (.refused(let refusal), let objection?):
            guard objection.rule.isEmpty || objection.rule == refusal.rule else {
                throw SimulationError("a message refused by \(refusal), not \(objection)")
            }
            report.note("message", "refused", refusal.rule)
        case (.accepted, let objection?):
            throw SimulationError("a message accepted although: \(objection.why)")
        case (.refused(let refusal), nil):
            throw SimulationError("a message refused: \(refusal)")
        }
    }
}
