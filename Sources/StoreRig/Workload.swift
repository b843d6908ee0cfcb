import HubStore
import LMDBStore
import MLSCrypto
import PresentationLanguage
import RoomLog
import Scenario
import TransparencyLog

/// Real members before a real hub: what they send is made beforehand and follows from a seed, so that it can
/// go on at any place, as often as the hub is stopped.
package struct Workload: Sendable {
    private let generator: StoreGenerator
    package let scripts: [RoomScript]
    private let logKey: String
    /// Whether the hub's time is the machine's; else it follows from how often it is asked for.
    package var usesSystemClock = false

    package init(rooms: Int, records: Int, seed: UInt64) throws {
        let generator = StoreGenerator(records: records, rooms: rooms, seed: seed)
        try self.init(generator, generator.scripts())
    }

    /// With what was kept by ``save(to:)``.
    package init(rooms: Int, records: Int, seed: UInt64, savedAt path: String) throws {
        try self.init(
            StoreGenerator(records: records, rooms: rooms, seed: seed), RoomScript.load(path))
    }

    private init(_ generator: StoreGenerator, _ scripts: [RoomScript]) throws {
        let seed = generator.seed
        self.generator = generator
        self.scripts = scripts
        guard let name = NoteLine(StoreGenerator.domain),
            let key = try SignerKey(
                name: name, type: .ed25519, seed: SHA256.hash(seed.encoded, Array("log".utf8)))
        else { throw RigError("\(StoreGenerator.domain) is no name of a key") }
        logKey = key.text
    }

    /// Keeps what the members send, for another process.
    package func save(to path: String) throws {
        try RoomScript.save(scripts, to: path)
    }

    /// Opens the store at a path, with the limits that `limit` sets.
    package func open(
        at path: String, _ limit: (inout HubConfiguration.Limits) -> Void = { _ in }
    ) throws -> Hub {
        var configuration = try generator.configuration()
        configuration.logKey = try LogSigningKey(logKey)
        limit(&configuration.limits)
        if usesSystemClock { configuration.clock = SystemClock.now }
        return try Hub.open(at: path, configuration)
    }

    /// Plays what the store lacks of all rooms, beside each other, and tells what the hub answered. The log is
    /// signed now and then. With `most`, no room gets more records than these.
    package func play(
        on hub: Hub, most: Int = .max,
        _ acknowledge: @escaping @Sendable (Trace.Mark) throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for script in scripts {
                group.addTask { try await play(script, on: hub, most, acknowledge) }
            }
            try await group.waitForAll()
        }
    }

    private func play(
        _ script: RoomScript, on hub: Hub, _ most: Int,
        _ acknowledge: @Sendable (Trace.Mark) throws -> Void
    ) async throws {
        var count = 0
        while count < most, let sequence = try await next(of: script, on: hub) {
            count += 1
            try acknowledge(.record(sequence))
            guard sequence % 8 == 7 else { continue }
            let text = try await hub.checkpoint()
            let size = text.split(separator: "\n").dropFirst().first.flatMap { UInt64($0) }
            guard let size else { throw RigError("no checkpoint: \(text)") }
            try acknowledge(.checkpoint(size))
        }
    }

    /// Makes a store at a path where nothing is, plays half of everything, closes the store, compacts it, and
    /// plays the rest.
    package func run(
        at path: String, _ acknowledge: @escaping @Sendable (Trace.Mark) throws -> Void
    ) async throws {
        let first = try open(at: path)
        try acknowledge(.store)
        try await play(on: first, most: (scripts.map(\.updates.count).max() ?? 0) / 2, acknowledge)
        await first.close()
        try Environment.compact(at: path, options: EnvironmentOptions(access: .readOnly))
        let second = try open(at: path)
        try await play(on: second, acknowledge)
        await second.close()
    }

    /// Sends the next of what the store lacks of a room; the sequence of its record, or nil where nothing
    /// is left.
    package func next(of script: RoomScript, on hub: Hub) async throws -> UInt64? {
        let place: Int
        do {
            guard let room = try hub.log.room(Array(script.uri.utf8)) else {
                switch try await hub.create(script.creation) {
                case .created(let summary): return summary.sequence
                case .refused(let refusal):
                    throw RigFinding("\(script.uri) can't be founded: \(refusal)")
                }
            }
            place = Int(room.row.roomSeq)
        }
        guard place < script.updates.count else { return nil }
        return try await send(script.updates[place], to: script.uri, on: hub)
    }

    /// Sends an update, which must be accepted; the sequence of its record.
    package func send(
        _ update: RoomScript.Update, to room: String, on hub: Hub
    ) async throws -> UInt64 {
        let answer = try await hub.update(room, from: update.provider, update.body)
        switch answer.outcome {
        case .accepted(let sequence, _): return sequence
        case .refused(let refusal):
            throw RigFinding("\(update.step) in \(room) is refused: \(refusal)")
        }
    }

    /// Whether the store has everything.
    package func isComplete(_ hub: Hub) throws -> Bool {
        try scripts.allSatisfy { script in
            let room = try hub.log.room(Array(script.uri.utf8))
            return room.map { $0.row.roomSeq == UInt64(script.updates.count) } ?? false
        }
    }
}
