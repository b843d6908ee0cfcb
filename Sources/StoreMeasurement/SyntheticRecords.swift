import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage

/// Records that no hub decided: what the log does not look at, evidence above all, is arbitrary bytes.
package struct SyntheticRecords: Sendable {
    package let rooms: UInt64
    /// Bytes of the evidence of each.
    package let evidenceSize: Int

    private static let time: UInt64 = 1_767_225_600_000

    package init(rooms: UInt64 = 1000, evidenceSize: Int = 200) {
        self.rooms = max(rooms, 1)
        self.evidenceSize = evidenceSize
    }

    package static func uri(of room: UInt64) -> [UInt8] {
        Array("mimi://hub.example/r/\(room)".utf8)
    }

    /// Appends until the log has so many records, to all rooms beside each other, so that they share
    /// commits.
    package func fill(_ log: EventLog, upTo records: UInt64) async throws {
        let start = try log.head().nextSequence
        guard records > start else { return }
        let missing = records - start
        try await withThrowingTaskGroup(of: Void.self) { group in
            for room in 0..<rooms {
                let quota = missing / rooms + (room < missing % rooms ? 1 : 0)
                group.addTask { try await append(quota, to: room, of: log) }
            }
            try await group.waitForAll()
        }
    }

    private func append(_ count: UInt64, to room: UInt64, of log: EventLog) async throws {
        let uri = Self.uri(of: room)
        var target = Append.Target.new(uri: uri)
        var roomSeq: UInt64 = 0
        if let found = try log.room(uri: uri) {
            target = .existing(
                found.number,
                expecting: Expectation(
                    roomSeq: found.row.roomSeq, stateHash: found.row.stateHash,
                    epoch: found.row.epoch))
            roomSeq = found.row.roomSeq + 1
        }
        for _ in 0..<count {
            let item = item(roomSeq, of: room, target)
            guard case .appended(let envelope) = try await log.append(item) else {
                throw StoreError(
                    .damaged(table: "room", number: room, what: "somebody else appends to it"))
            }
            target = .existing(
                envelope.room,
                expecting: Expectation(
                    roomSeq: envelope.roomSeq, stateHash: envelope.stateHash,
                    epoch: envelope.epoch))
            roomSeq += 1
        }
    }

    /// A record that follows from its place.
    private func item(_ roomSeq: UInt64, of room: UInt64, _ target: Append.Target) -> Append {
        let place = room.encoded + roomSeq.encoded
        var evidence: [UInt8] = []
        while evidence.count < evidenceSize {
            evidence += SHA256.hash(place, UInt64(evidence.count).encoded).bytes
        }
        return Append(
            room: target, kind: 1, schema: 1, timeMs: Self.time + roomSeq, epoch: roomSeq,
            stateHash: SHA256.hash(place), status: 0,
            payload: Payload(
                source: Array("b.example".utf8), evidence: Array(evidence.prefix(evidenceSize)),
                events: [Event(type: 1, schema: 1, body: place)]),
            request: SHA256.hash(place, [1]))
    }
}
