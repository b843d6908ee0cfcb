import EventLog
import Foundation
import LMDBStore
import MLSCrypto
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import RoomState
import TestSupport
import Testing

/// Folding the records of a room gives its state, at its head and at any earlier record.
@Suite struct FoldTests {
    private struct Moment: Equatable {
        let context: [UInt8]
        let interim: [UInt8]
        let pending: Int
        let hash: Digest32

        init(_ state: RoomState) {
            self.init(state.group, state.stateHash)
        }

        init(_ state: RecordedState) {
            self.init(state.group, state.stateHash)
        }

        private init(_ group: PublicGroup, _ hash: Digest32) {
            context = group.context.encoded
            interim = group.interimTranscriptHash
            pending = group.pending.list.count
            self.hash = hash
        }
    }

    /// Two groups whose records alternate; returns what was live after each record.
    private func record(in log: EventLog) async throws -> [UInt64: (room: UInt64, Moment)] {
        let rooms = RoomLog(log, profile: .plain)
        var moments: [UInt64: (room: UInt64, Moment)] = [:]
        var groups: [ForgedGroup] = []
        var positions: [RoomLog.Position] = []
        for name in ["a", "b"] {
            let creator = ForgedClient("client 0", .x25519Aes128)
            let genesis = ForgedGroup.genesis(of: creator)
            let group = ForgedGroup(size: 1)
            let position = try await rooms.create(
                uri: Array(name.utf8), genesis, RoomState.decide(genesis, .plain).events(),
                leading: group.state, time: 1)
            moments[position.gseq] = (position.room, Moment(group.state))
            groups.append(group)
            positions.append(position)
        }
        for step in 0..<12 {
            for place in groups.indices {
                let forged = try next(step, in: &groups[place])
                let events = groups[place].decide(forged.input).events()
                groups[place].accept(forged)
                positions[place] = try await rooms.append(
                    forged.input, events, after: positions[place], leading: groups[place].state,
                    time: UInt64(step) + 2)
                moments[positions[place].gseq] = (
                    positions[place].room, Moment(groups[place].state)
                )
            }
        }
        return moments
    }

    private func next(_ step: Int, in group: inout ForgedGroup) throws -> ForgedHandshake {
        let joiner = ForgedClient("joiner \(step)", group.suite)
        switch step % 4 {
        case 0: return group.commit([.proposal(.add(joiner.keyPackage()))], joining: [joiner])
        case 1: return group.proposal(.appEphemeral(.init(.appAck, data: [UInt8(step)])))
        case 2: return group.commit(group.group.pending.list.map { .reference($0.reference) })
        default: return group.externalCommit(by: joiner)
        }
    }

    @Test func everyRecordOfAReopenedStore() async throws {
        try await withStorePath { path in
            let log = try EventLog.create(at: path, origin: "test.example")
            let moments = try await record(in: log)
            await log.close()

            let reopened = try EventLog.open(at: path, access: .readOnly)
            let rooms = RoomLog(reopened, profile: .plain)
            let all = try rooms.all()
            #expect(all.map { String(decoding: $0.row.uri, as: UTF8.self) } == ["a", "b"])
            #expect(moments.count == 26)
            for (gseq, (number, moment)) in moments {
                let room = try #require(all.first { $0.number == number })
                let folded = try #require(try rooms.fold(room, through: gseq))
                #expect(Moment(folded.state) == moment)
                #expect(folded.last.gseq == gseq)
            }
            // Before its first record a room has no state.
            #expect(try rooms.fold(all[1], through: 0) == nil)
            await reopened.close()
        }
    }

    @Test func aRecordThatLeadsElsewhereIsFound() async throws {
        try await withStorePath { path in
            let log = try EventLog.create(at: path, origin: "test.example")
            let rooms = RoomLog(log, profile: .plain)
            let creator = ForgedClient("client 0", .x25519Aes128)
            let genesis = ForgedGroup.genesis(of: creator)
            var group = ForgedGroup(size: 1)
            let events = RoomState.decide(genesis, .plain).events()
            let position = try await rooms.create(
                uri: [1], genesis, events, leading: group.state, time: 1)
            let forged = group.commit()
            let commit = group.decide(forged.input).events()
            // The record names the state before the commit as the one after it.
            _ = try await rooms.append(
                forged.input, commit, after: position, leading: group.state, time: 1)
            group.accept(forged)
            let room = try #require(try rooms.all().first)
            let error = #expect(throws: RoomLogError.self) { try rooms.fold(room) }
            guard case .inconsistent(gseq: 1, _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            await log.close()
        }
    }

    @Test func theSecondOfTwoWritersIsTold() async throws {
        try await withStorePath { path in
            let log = try EventLog.create(at: path, origin: "test.example")
            let rooms = RoomLog(log, profile: .plain)
            let genesis = ForgedGroup.genesis(of: ForgedClient("client 0", .x25519Aes128))
            var group = ForgedGroup(size: 1)
            let position = try await rooms.create(
                uri: [1], genesis, RoomState.decide(genesis, .plain).events(),
                leading: group.state, time: 1)
            let forged = group.commit()
            let events = group.decide(forged.input).events()
            group.accept(forged)
            _ = try await rooms.append(
                forged.input, events, after: position, leading: group.state, time: 1)
            await #expect(throws: RoomLogError.self) {
                try await rooms.append(
                    forged.input, events, after: position, leading: group.state, time: 1)
            }
            #expect(try log.head().nextSequence == 2)
            await log.close()
        }
    }
}
