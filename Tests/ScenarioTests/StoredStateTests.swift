import EventLog
import Foundation
import LMDBStore
import MLSPublicGroup
import RoomLog
import RoomState
import Scenario
import TestSupport
import Testing

/// What is kept of a room's state, in every store that the project has: the states of all scenarios, and
/// of the fixtures.
@Suite(.serialized) struct StoredStateTests {
    /// At every record: the encoded state is decoded to the same, and leads with the records that follow
    /// to the room's last state.
    private func checkEncodings(_ path: String) async throws {
        let log = try EventLog.open(at: path, access: .readOnly)
        let rooms = RoomLog(log, profile: .plain)
        for room in try rooms.all() {
            let end = try #require(try rooms.fold(room)).state
            var folded: FoldedRoom?
            for record in try log.records(ofRoom: room.number, from: 0, limit: 1000).elements {
                let gseq = record.envelope.gseq
                let next = try #require(try rooms.fold(room, from: folded, through: gseq))
                let bytes = next.state.encoded
                let decoded = try RecordedState(
                    encoded: bytes, expecting: record.envelope.stateHash, .plain, RoomServices())
                #expect(decoded.encoded == bytes, "record \(gseq)")
                let again = try rooms.fold(
                    room, from: FoldedRoom(uri: room.row.uri, state: decoded, last: next.last))
                #expect(again?.state.encoded == end.encoded, "from record \(gseq)")
                folded = next
            }
            #expect(folded?.last.roomSeq == room.row.roomSeq)
        }
        await log.close()
    }

    /// At every record: the rows of the state, changed with each commit, lead to the state hash of the
    /// envelope. At the end all projections are what the records make.
    private func checkProjections(_ path: String) async throws {
        let log = try EventLog.open(at: path, access: .readOnly)
        let rooms = RoomLog(log, profile: .plain)
        for room in try rooms.all() { #expect(try rooms.checkStateRows(of: room) == []) }
        #expect(try rooms.checkProjections() == [])
        await log.close()
    }

    /// The rows of all rooms' states, written when the store is closed, stand at the last records.
    private func checkRowsAreWhole(_ path: String) async throws {
        let log = try EventLog.open(at: path, access: .readOnly)
        let rooms = RoomLog(log, profile: .plain)
        for room in try rooms.all() {
            #expect(try log.roomRows(of: room.number)?.head.gseq == room.row.gseq)
            let opened = try #require(try rooms.open(room))
            #expect(opened.folded.findings.isEmpty)
            let folded = try #require(try rooms.foldFromGenesis(room))
            #expect(opened.folded.state.encoded == folded.state.encoded)
        }
        let end = try log.head().nextSequence
        #expect(try log.state(of: .roomState)?.position == end)
        await log.close()
    }

    @Test(arguments: LibraryTests.files) func scenario(_ file: URL) async throws {
        let scenario = try ScenarioFile(json: Data(contentsOf: file))
        try await withStorePath { path in
            try await ScenarioRunner.run(scenario, storeAt: path) { _ in }
            try await checkEncodings(path)
            try await checkProjections(path)
            try await checkRowsAreWhole(path)
        }
    }

    @Test func fixtures() async throws {
        try await withStorePath { path in
            let stores = try unpack("schema-1", at: path)
            #expect(stores.count == 5)
            for store in stores {
                try await checkEncodings(store)
                try await checkProjections(store)
                // Rows that were kept are adopted, and those of states made.
                let log = try EventLog.open(at: store, access: .readWrite)
                let states = try StateWriter(RoomLog(log, profile: .plain))
                states.catchUp()
                await states.caughtUp()
                await states.close()
                await log.close()
                try await checkProjections(store)
                try await checkRowsAreWhole(store)
            }
        }
    }

    /// The stores of a fixture, whose archive is unpacked in a directory of its own.
    private func unpack(_ name: String, at path: String) throws -> [String] {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        let tar = Process()
        tar.executableURL = URL(filePath: "/usr/bin/env")
        let archive = projectRoot.appending(path: "Tests/Fixtures/stores/\(name).tar.gz").path
        tar.arguments = ["tar", "-xzf", archive, "-C", path]
        try tar.run()
        tar.waitUntilExit()
        try #require(tar.terminationStatus == 0)
        let directory = path + "/" + name
        return try FileManager.default.contentsOfDirectory(atPath: directory).sorted().map {
            directory + "/" + $0
        }
    }
}
