import EventLog
import Foundation
import LMDBStore
import MLSMember
import MLSMessages
import PresentationLanguage
import RoomLog
import RoomPolicy
import RoomState
import SnapshotExport
import TestSupport
import Testing

/// MIMI rooms in a log: what was live after each record is folded again from the reopened store.
@Suite struct MIMIRoomLogTests {
    /// Founds a room in a log, and records what happens in it.
    private struct Recorder {
        let rooms: RoomLog
        var house: Clubhouse
        var position: RoomLog.Position
        var hashes: [UInt64: String] = [:]

        init(_ rooms: RoomLog) async throws {
            self.rooms = rooms
            let founding = Clubhouse.Founding()
            house = try Clubhouse(founding)
            position = try await rooms.create(
                RoomFounding(founding.settings, try founding.make().genesis), house.log[0],
                leading: house.room, time: 1)
            hashes[position.gseq] = house.room.stateHash.description
        }

        mutating func record(_ sent: Clubhouse.Sent, by name: String) async throws {
            let before = house.room
            if let refusal = try house.submit(sent, by: name) { throw refusal }
            position = try await rooms.append(
                sent.update, house.log.last ?? [], after: position, from: before,
                leading: house.room,
                time: position.timeMs + 1)
            hashes[position.gseq] = house.room.stateHash.description
        }
    }

    private func story(_ recorder: inout Recorder) async throws {
        let bob = try Clubhouse.keyPackage("bob1").keyPackage
        let invite = recorder.house.changing([("bob", 2)])
        try await recorder.record(
            recorder.house.committing(by: "alice1", CommitOptions([invite, .add(bob)])),
            by: "alice1")
        try await recorder.record(
            recorder.house.joining(as: "eve1", [recorder.house.changing([("eve", 4)])]),
            by: "eve1")
        let leave = try recorder.house.proposing(by: "eve1", [.selfRemove])
        try await recorder.record(leave, by: "eve1")
        let ban = [
            recorder.house.changing([("bob", 1)]), Proposal.remove(leaf: 1),
        ]
        try await recorder.record(
            recorder.house.proposing(by: "alice1", ban), by: "alice1")
    }

    @Test func foldedAgain() async throws {
        try await withStorePath { path in
            let services = RoomServices(hubKeys: [Clubhouse.hubKey])
            let log = try EventLog.create(at: path, origin: "a.example")
            var recorder = try await Recorder(
                RoomLog(log, profile: .plain, services: services))
            try await story(&recorder)
            await log.close()

            // A reader needs no key of the hub.
            let reopened = try EventLog.open(at: path, access: .readOnly)
            let rooms = RoomLog(reopened, profile: .plain)
            let room = try #require(try rooms.all().first)
            #expect(room.row.uri == Clubhouse.uri.bytes)
            #expect(recorder.hashes.count == 5)
            for (gseq, hash) in recorder.hashes {
                let folded = try #require(try rooms.fold(room, through: gseq))
                #expect(folded.state.stateHash.description == hash)
            }
            let folded = try #require(try rooms.fold(room))
            try rooms.checkIndexes(of: room, folded)
            try checkJSON(folded)
            try checkEvidence(rooms, room)
            await reopened.close()
        }
    }

    /// The state says what is effective, and beside it what is committed.
    private func checkJSON(_ folded: FoldedRoom) throws {
        let data = try HubSnapshot.encoder().encode(RoomSnapshot(folded))
        let json = try #require(
            try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let participants = try #require(json["participants"] as? [[String: Any]])
        #expect(
            participants.map { $0["user"] as? String } == [
                "mimi://a.example/u/alice", "mimi://b.example/u/bob", "mimi://a.example/u/eve",
            ])
        #expect(participants.map { $0["role_name"] as? String } == ["admin", "banned", "guest"])
        #expect(participants.map { $0["restricted"] as? Bool } == [false, true, false])
        #expect(
            participants.map { ($0["clients"] as? [String])?.count } == [1, 0, 0])
        let committed = try #require(json["committed"] as? [String: [[Any]]])
        #expect(committed["participants"]?[1][1] as? Int == 2)
        #expect((json["pending"] as? [[String: Any]])?.count == 3)
        #expect(json["external_senders"] as? [String] == ["a.example"])
        #expect((json["roles"] as? [Any])?.count == Clubhouse.roles.count)
        #expect((json["base"] as? [String: Any])?["multiDevice"] as? Bool == true)
        let members = try #require(json["members"] as? [[String: Any]])
        #expect(members.allSatisfy { $0["user"] is String })
        let schema = try JSONSerialization.jsonObject(
            with: Data(
                contentsOf: projectRoot.appending(path: "Schemas/state.schema.json")))
        let properties = (schema as? [String: Any])?["properties"] as? [String: Any]
        #expect(Set(json.keys).isSubset(of: Set(properties?.keys.map { $0 } ?? [])))
    }

    /// What is kept of an update decides the same again.
    private func checkEvidence(_ rooms: RoomLog, _ room: Room) throws {
        let records = try rooms.log.records(ofRoom: room.number, from: 0, limit: 10).elements
        #expect(records.map(\.envelope.kind) == [3, 4, 4, 4, 4])
        let services = RoomServices(hubKeys: [Clubhouse.hubKey])
        var state = try MIMIRoom(
            startingWith: try RoomLog.events(of: records[0]), services)
        for record in records.dropFirst() {
            let payload = try #require(record.payload)
            let update = try RoomUpdate(source: payload.source, evidence: payload.evidence)
            let decided = try state.decide(update, now: nil).events
            #expect(decided.map(\.body) == (try RoomLog.events(of: record)).map(\.body))
            try state.apply(decided)
        }
    }
}
