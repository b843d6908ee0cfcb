import EventLog
import Foundation
import LMDBStore
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import RoomState
import SnapshotExport
import TestSupport
import Testing
import Transcript

/// The MLS objects of a room are the bytes that its members exchanged.
@Suite(.serialized) struct MLSObjectsTests {
    private struct Exchanged: Equatable {
        var groupInfo: [UInt8]?
        var tree: [UInt8]?
    }

    /// Follows a group, and says what was exchanged up to each record.
    private func follow(
        _ scenario: TranscriptScenario, in rooms: RoomLog
    ) async throws -> [Exchanged] {
        var names = RoomNames()
        var run = ScenarioRun(scenario, now: Fixtures.now, recordingIn: rooms)
        var current = Exchanged()
        var exchanged: [Exchanged] = []
        try await run.start(naming: &names) { _ in
            current.groupInfo = scenario.initial.groupInfo
            current.tree = scenario.initial.ratchetTree
        }
        exchanged.append(current)
        var epoch = scenario.initial.expect.epoch
        for step in scenario.steps {
            let before = try rooms.log.head().nextSequence
            _ = try await run.step { _ in }
            guard try rooms.log.head().nextSequence > before else { continue }
            if step.expect.epoch != epoch {
                epoch = step.expect.epoch
                current = Exchanged(groupInfo: step.groupInfoAfter, tree: step.ratchetTreeAfter)
            }
            exchanged.append(current)
        }
        return exchanged
    }

    @Test func areTheBytesOfTheTranscript() async throws {
        var compared = 0
        for file in try Fixtures.transcripts {
            for scenario in try TranscriptFile(json: Data(contentsOf: file)).scenarios {
                compared += try await withStorePath { try await compare(scenario, storeAt: $0) }
            }
        }
        #expect(compared > 8)
    }

    private func compare(
        _ scenario: TranscriptScenario, storeAt path: String
    ) async throws -> Int {
        let log = try EventLog.create(at: path, origin: "transcripts.invalid")
        let rooms = RoomLog(log, profile: .plain)
        let exchanged = try await follow(scenario, in: rooms)
        let room = try #require(try rooms.all().first)
        var compared = 0
        for (gseq, expected) in exchanged.enumerated() {
            let folded = try #require(try rooms.fold(room, through: UInt64(gseq)))
            let objects = MLSObjects(folded)
            #expect(objects.groupInfo == expected.groupInfo, "\(scenario.name) \(gseq)")
            if let tree = expected.tree {
                #expect(objects.ratchetTree == tree, "\(scenario.name) \(gseq)")
            }
            guard let groupInfo = objects.groupInfo else { continue }
            let again = GroupGenesis(groupInfo: groupInfo, tree: objects.ratchetTree)
            guard case .accepted(let events) = RoomState.decide(again, .plain) else {
                Issue.record("\(scenario.name) \(gseq): not imported")
                continue
            }
            let state = try RoomState(startingWith: events[0], .plain)
            #expect(state.group.context == folded.state.group.context)
            compared += 1
        }
        await log.close()
        return compared
    }

    /// Of a room of the hub's, with its last record of each epoch found again.
    @Test func ofARoomCanBeImportedAtEveryEpoch() async throws {
        let place = try StorePlace()
        let log = try await place.play("slides-three-providers")
        let rooms = RoomLog(log, profile: .plain)
        let room = try #require(try rooms.all().first)
        #expect(room.row.epoch > 1)
        for epoch in 0...room.row.epoch {
            let last = try #require(try rooms.lastRecord(of: room, inEpoch: epoch))
            let folded = try #require(try rooms.fold(room, through: last))
            #expect(folded.last.epoch == epoch)
            let next = try log.records(ofRoom: room.number, from: folded.last.roomSeq + 1, limit: 1)
            #expect(next.elements.first.map { $0.envelope.epoch == epoch + 1 } ?? true)
            let objects = MLSObjects(folded)
            let groupInfo = try #require(objects.groupInfo)
            let again = GroupGenesis(groupInfo: groupInfo, tree: objects.ratchetTree)
            guard case .accepted = RoomState.decide(again, .plain) else {
                Issue.record("epoch \(epoch)")
                continue
            }
            let time = folded.last.timeMs
            let found = try #require(try rooms.lastRecord(of: room, atTime: time))
            #expect(try #require(try log.record(at: found)).envelope.timeMs == time)
        }
        #expect(try rooms.lastRecord(of: room, inEpoch: room.row.epoch + 1) == nil)
        #expect(try rooms.lastRecord(of: room, atTime: 0) == nil)
        #expect(try rooms.lastRecord(of: room, atTime: .max) == room.row.gseq)
        await log.close()
    }
}
