import EventLog
import LMDBStore
import PresentationLanguage
import RoomLog
import RoomState
import RuleBook

/// Runs a transcript's scenario step by step and, where there is a store, records what is accepted.
package struct ScenarioRun {
    private let scenario: TranscriptScenario
    private let now: UInt64
    private let listingMembers: Bool
    private let rooms: RoomLog?
    private var follower: Follower
    private var position: RoomLog.Position?
    private var next = 0

    /// `listingMembers`: the reports name all members.
    package init(
        _ scenario: TranscriptScenario, now: UInt64, listingMembers: Bool = false,
        recordingIn rooms: RoomLog? = nil
    ) {
        self.scenario = scenario
        self.now = now
        self.listingMembers = listingMembers
        self.rooms = rooms
        follower = Follower(now: now)
    }

    /// Imports the group and reports on it. `names` gives the room its URI.
    package mutating func start(
        naming names: inout RoomNames, then report: (StepReport) throws -> Void
    ) async throws {
        let outcome = try follower.start(scenario)
        if let rooms, let state = follower.state, case .accepted(let events) = outcome.decision {
            let genesis = GroupGenesis(
                groupInfo: scenario.initial.groupInfo, tree: scenario.initial.ratchetTree)
            position = try await rooms.create(
                genesis, events, leading: state, naming: &names, for: scenario.name, time: now)
        }
        try report(self.report(.initial, outcome))
    }

    /// Takes the next step and reports on it; false at the end, or where there is no group.
    package mutating func step(then report: (StepReport) throws -> Void) async throws -> Bool {
        guard follower.state != nil, next < scenario.steps.count else { return false }
        let step = scenario.steps[next]
        let outcome = try follower.take(step)
        if let rooms, let last = position, let state = follower.state,
            case .accepted(let events) = outcome.decision, !events.isEmpty
        {
            position = try await rooms.append(
                Follower.input(step), events, after: last, leading: state, time: now)
        }
        try report(self.report(.number(next), outcome))
        next += 1
        return true
    }

    private func report(_ step: StepName, _ outcome: Follower.Outcome) -> StepReport {
        StepReport(
            scenario.name, step, outcome, follower.state, listingMembers: listingMembers)
    }
}

extension RoomLog {
    /// Records the import of a scenario's group under the first of its URIs that no other room has.
    package func create(
        _ genesis: GroupGenesis, _ events: [RoomEvent], leading state: RoomState,
        naming names: inout RoomNames, for scenario: String, time: UInt64
    ) async throws(RoomLogError) -> Position {
        while true {
            do {
                return try await create(
                    uri: names.next(for: scenario), genesis, events, leading: state, time: time)
            } catch .conflict {
                continue
            } catch {
                throw error
            }
        }
    }
}

/// URIs for the rooms of scenarios: the scenario's name, with a number behind it from the second on.
package struct RoomNames {
    private var used: [String: Int] = [:]

    package init() {}

    /// The next URI for a name, which no earlier call gave.
    mutating func next(for name: String) -> [UInt8] {
        used[name, default: 0] += 1
        let number = used[name, default: 1]
        let uri = "mimi://transcripts.invalid/r/" + percentEncoded(name)
        return Array((number == 1 ? uri : "\(uri)~\(number)").utf8)
    }

    /// All but the unreserved characters of RFC 3986 §2.3 as `%XX`; `~` sets off the number.
    private func percentEncoded(_ text: String) -> String {
        let unreserved = Set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._".utf8)
        return text.utf8.map {
            unreserved.contains($0)
                ? String(UnicodeScalar($0)) : "%" + hex([$0]).uppercased()
        }.joined()
    }
}
