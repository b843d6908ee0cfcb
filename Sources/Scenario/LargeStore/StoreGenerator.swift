import HubStore
import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState

/// Makes a store of any size: rooms whose real members send updates to a real hub, which has to accept
/// every one. What happens in a room follows from the seed and the room's number alone; how the records
/// of the rooms mix does not.
package struct StoreGenerator: Sendable {
    /// Records of all rooms together.
    package let records: Int
    package let rooms: Int
    package let seed: UInt64

    package static let domain = "hub.example"
    private static let domains = [domain, "b.example", "c.example"]

    /// No room goes without a record.
    package init(records: Int, rooms: Int, seed: UInt64) {
        self.records = max(records, 1)
        self.rooms = min(max(rooms, 1), self.records)
        self.seed = seed
    }

    /// Makes the store at a path where nothing is. `progress` is called with the number of records so far.
    package func run(
        at path: String, progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> GeneratedCounts {
        let hub = try open(at: path)
        do {
            let counts = try await fill(hub, progress: progress)
            await hub.close()
            return counts
        } catch {
            await hub.close()
            throw error
        }
    }

    /// A hub whose rooms the members know.
    package func open(at path: String) throws -> Hub {
        try Hub.open(at: path, configuration())
    }

    /// Of that hub; its clock goes on with each look at it.
    package func configuration() throws -> HubConfiguration {
        let key = try HubSigningKey(
            cipherSuite: GeneratedRoom.suite.rawValue, privateKey: privateKey)
        let clock = StageClock(1_767_225_600_000)
        return HubConfiguration(domain: Self.domain, signingKeys: [key]) {
            clock.advance(to: nil)
            return clock.now
        }
    }

    private var privateKey: [UInt8] { SHA256.hash(seed.encoded, Array("hub".utf8)).bytes }

    /// Founds the rooms on a hub and lets them live, all beside each other, until there are so many records
    /// or the task is cancelled.
    package func fill(
        _ hub: Hub, progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> GeneratedCounts {
        let drains = Self.domains.map { domain in
            Task { try await drain(hub, domain) }
        }
        defer { for drain in drains { drain.cancel() } }
        let sender = try sender()
        let people = try people()
        var counts = GeneratedCounts()
        try await withThrowingTaskGroup(of: GeneratedCounts.self) { group in
            for number in 0..<rooms {
                let quota = quota(of: number)
                group.addTask {
                    let room = try GeneratedRoom(
                        number, seed: seed, hub: sender, of: Self.domain, among: people)
                    return try await live(room, on: hub, records: quota)
                }
            }
            for try await room in group {
                counts += room
                progress(counts.records)
            }
        }
        return counts
    }

    /// What the hub is to the rooms' groups.
    package func sender() throws -> ExternalSender {
        try HubKey(GeneratedRoom.suite.signature, privateKey: privateKey)
            .externalSender(of: Self.domain)
    }

    /// Records of a room.
    func quota(of room: Int) -> Int { records / rooms + (room < records % rooms ? 1 : 0) }

    func people() throws -> [MIMIURI] {
        try (0..<max(20, rooms)).map { number in
            let domain = Self.domains[number % Self.domains.count]
            guard let user = MIMIURI(Array("mimi://\(domain)/u/\(number)".utf8), .user) else {
                throw ScenarioError("no domain: \(domain)", at: "")
            }
            return user
        }
    }

    private func live(
        _ room: GeneratedRoom, on hub: Hub, records: Int
    ) async throws -> GeneratedCounts {
        var room = room
        let uri = room.uri.description
        var steps: [String: Int] = [:]
        if case .refused(let refusal) = try await hub.create(room.creation()) {
            throw ScenarioError("the hub refuses to found it: \(refusal)", at: uri)
        }
        var made = 1
        while made < records, !Task.isCancelled {
            let prepared = try room.next()
            let answer = try await hub.update(uri, from: prepared.provider, prepared.body)
            if case .refused(let refusal) = answer.outcome {
                throw ScenarioError(
                    "update \(made), \(prepared.step.rawValue), is refused: \(refusal)", at: uri)
            }
            try room.apply(prepared.effect)
            steps[prepared.step.rawValue, default: 0] += 1
            made += 1
        }
        var counts = room.counts
        counts.rooms = 1
        counts.records = made
        counts.steps = steps
        return counts
    }

    /// A provider that takes what the hub has for it.
    private func drain(_ hub: Hub, _ domain: String) async throws {
        for try await delivery in hub.deliveries(following: domain)
        where delivery.position % 100 == 99 {
            try await hub.acknowledge(domain, through: delivery.position)
        }
    }
}

/// What was put into a store.
package struct GeneratedCounts: Hashable, Sendable, Encodable {
    package var records = 0
    package var rooms = 0
    /// Updates that are commits.
    package var commits = 0
    /// Commits with a path.
    package var paths = 0
    /// Commits of clients that joined by them.
    package var joins = 0
    /// Updates that are proposals.
    package var proposals = 0
    /// Updates by what they are for.
    package var steps: [String: Int] = [:]

    static func += (a: inout GeneratedCounts, b: GeneratedCounts) {
        a.records += b.records
        a.rooms += b.rooms
        a.commits += b.commits
        a.paths += b.paths
        a.joins += b.joins
        a.proposals += b.proposals
        a.steps.merge(b.steps, uniquingKeysWith: +)
    }
}
