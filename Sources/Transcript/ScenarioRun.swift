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
    private let rooms: RoomLog?
    private var follower: Follower
    private var position: RoomLog.Position?
    private var next = 0

    package init(_ scenario: TranscriptScenario, now: UInt64, recordingIn rooms: RoomLog?) {
        self.scenario = scenario
        self.now = now
        self.rooms = rooms
        follower = Follower(now: now)
    }

    /// Imports the group and reports on it.
    package mutating func start(then report: (StepReport) throws -> Void) async throws {
        let outcome = try follower.start(scenario)
        if let rooms, let state = follower.state, case .accepted(let events) = outcome.decision {
            let initial = scenario.initial
            position = try await rooms.create(
                uri: try rooms.unusedURI(for: scenario.name),
                GroupGenesis(groupInfo: initial.groupInfo, tree: initial.ratchetTree), events,
                leading: state, time: now)
        }
        try report(StepReport(scenario.name, .initial, outcome, follower.state))
    }

    /// Takes the next step and reports on it; false at the end, or where there is no group.
    package mutating func step(then report: (StepReport) throws -> Void) async throws -> Bool {
        guard follower.state != nil, next < scenario.steps.count else { return false }
        let step = scenario.steps[next]
        let outcome = try follower.take(step)
        if let rooms, let last = position, let state = follower.state,
            case .accepted(let events) = outcome.decision
        {
            position = try await rooms.append(
                Follower.input(step), events, after: last, leading: state, time: now)
        }
        try report(StepReport(scenario.name, .number(next), outcome, follower.state))
        next += 1
        return true
    }
}

extension RoomLog {
    /// A URI for a scenario's room: its name, with a number behind it where that is taken.
    fileprivate func unusedURI(for name: String) throws(RoomLogError) -> [UInt8] {
        var uri = "mimi://transcripts.invalid/r/" + percentEncoded(name)
        do {
            var number = 2
            while try log.room(uri: Array(uri.utf8)) != nil {
                uri = "mimi://transcripts.invalid/r/" + percentEncoded(name) + "~\(number)"
                number += 1
            }
        } catch {
            throw .store(error)
        }
        return Array(uri.utf8)
    }

    /// All but the unreserved characters of RFC 3986 §2.3 as `%XX`.
    private func percentEncoded(_ text: String) -> String {
        let unreserved = Set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._".utf8)
        return text.utf8.map {
            unreserved.contains($0)
                ? String(UnicodeScalar($0)) : "%" + hex([$0]).uppercased()
        }.joined()
    }
}
