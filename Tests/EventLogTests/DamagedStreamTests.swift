import EventLog
import Foundation
import LMDBStore
import MLSCrypto
import PresentationLanguage
import Testing

/// No stream is taken that does not prove what it says, and none of it is.
@Suite struct DamagedStreamTests {
    private let place = LogPlace()

    /// A small stream with everything in it.
    private func small() async throws -> [UInt8] {
        let log = try place.create()
        let first = try await log.add(.new("mimi://a/1"))
        var item = Append.after(first, payload: evidence(40))
        item.request = digest(7)
        item.sideRows.put([1], for: [2], on: .consent)
        item.sideRows.deliver([3], to: [4])
        let second = try await log.add(item)
        try await log.add(.new("mimi://a/2", timeMs: 2000))
        try await log.add(.after(second, timeMs: 1500))
        let bytes = try log.stream()
        await log.close()
        return bytes
    }

    private func importing(_ bytes: [UInt8]) async -> StoreError.Reason? {
        let target = LogPlace()
        let found = await reason {
            _ = try await EventLog.importing(
                input(bytes), at: target.store, configuration: .small)
        }
        let left = try? FileManager.default.contentsOfDirectory(atPath: target.root)
        #expect(left == (found == nil ? ["log"] : []))
        return found
    }

    @Test func everyFlippedByteIsNoticed() async throws {
        let bytes = try await small()
        #expect(await importing(bytes) == nil)
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 1 << UInt8(place % 8)
            let found = await importing(damaged)
            switch (place, found) {
            case (0..<8, .notAStore), (8, .unknownFormat): break
            case (9..., .damaged(table: "stream", _, _)), (9..., .truncated): break
            default: Issue.record("byte \(place): \(String(describing: found))")
            }
        }
    }

    @Test func everyTruncationIsNoticed() async throws {
        let bytes = try await small()
        for count in bytes.indices {
            let found = await importing(Array(bytes.prefix(count)))
            switch (count, found) {
            case (0..<9, .notAStore): break
            case (9..., .truncated(let size, let needed)):
                #expect(size == UInt64(count) && needed > size)
            default: Issue.record("\(count) bytes: \(String(describing: found))")
            }
        }
        let found = await importing(bytes + [0])
        #expect(found == .damaged(table: "stream", number: 4, what: "something follows its end"))
    }

    /// Streams whose digest is right, but which are not what a log says.
    @Test func forgedStreamsAreRefusedWithTheirSequence() async throws {
        let stream = StreamBytes(try await small())
        let records = stream.records
        #expect(records.count == 4)
        func expect(
            _ number: UInt64, _ what: String, line: Int = #line,
            _ change: (inout StreamBytes) -> Void
        ) async {
            var forged = stream
            change(&forged)
            let found = await importing(forged.bytes)
            #expect(
                found == .damaged(table: "stream", number: number, what: what), "line \(line)")
        }
        #expect(await importing(stream.bytes) == nil)
        await expect(1, "the record says that it is 2") { $0.frames.remove(at: records[1]) }
        await expect(1, "the record says that it is 0") {
            $0.frames.insert($0.frames[records[0]], at: records[0] + 1)
        }
        await expect(0, "it is of a room that does not exist") {
            $0.frames.remove(at: records[0] - 1)
        }
        await expect(0, "the next room is 1") {
            $0.frames[records[0] - 1].body[7] = 2
            $0.frames[records[0]].body[21] = 2
        }
        await expect(2, "its room's URI is another room's") {
            $0.frames[records[2] - 1].body[$0.frames[records[2] - 1].body.count - 1] = 0x31
        }
        await expect(1, "the payload is not what the envelope commits to") {
            $0.frames[records[1]].body[$0.frames[records[1]].body.count - 10] ^= 1
        }
        await expect(1, "it does not follow the room's record before it") {
            $0.frames[records[1]].body[100] ^= 1
        }
        await expect(3, "it is older than the room's record before it") {
            $0.frames[records[3]].body[36] = 0
        }
        await expect(4, "its end is not that of its records") {
            $0.frames[records[3]].body[140] ^= 1
        }
        await expect(4, "1 statuses for 2 rooms") {
            $0.frames.remove(at: $0.frames.firstIndex { $0.type == 4 }!)
        }
        await expect(4, "a record after a status") {
            $0.frames.insert($0.frames[records[3]], at: $0.frames.firstIndex { $0.type == 5 }!)
        }
        await expect(4, "the status of a room without a record in the stream") {
            $0.frames[$0.frames.lastIndex { $0.type == 4 }!].body[7] = 9
        }
        await expect(4, "a row in a stream without") {
            $0.frames[0].body[16 + 16] = 0
        }
        await expect(4, "a row of consent at another place than its own") {
            let last = $0.frames.lastIndex { $0.type == 5 }!
            $0.frames.insert($0.frames[last], at: last)
        }
        await expect(4, "a frame of the unknown type 7") {
            $0.frames.insert(StreamBytes.Frame(type: 7, body: []), at: records[3] + 1)
        }
        for record: UInt64 in [0, 1, 4] {
            await expect(1, "what says that the record is redacted was left out") {
                let body = $0.frames[records[1]].body
                $0.frames[records[1]].body = Array(body.prefix(146 + 33)) + [1] + record.encoded
            }
        }
    }

    @Test func aForgedStreamAddsNothingToAStore() async throws {
        let log = try place.create()
        try await StreamTests.fill(log, 10)
        let first = try log.stream()
        try await StreamTests.fill(log, 10, from: 10)
        var second = StreamBytes(try log.stream(from: 10))
        await log.close()
        let target = LogPlace()
        _ = try await EventLog.importing(
            input(first), at: target.store, configuration: .small)
        second.frames[second.records[7]].body[120] ^= 1
        let forged = second.bytes
        let follower = try target.open()
        let found = await reason { _ = try await follower.add { input(forged) } }
        guard case .damaged(table: "stream", number: 20, _) = found else {
            Issue.record("\(String(describing: found))")
            return
        }
        #expect(try follower.stream() == first)
        await follower.close()
    }

    @Test func aLengthTakesNoMemory() async throws {
        let start = Array("MHSTREAM".utf8) + [1, 1]
        #expect(await importing(start + UInt32(128 << 20).encoded) != nil)
        guard case .damaged(table: "stream", 0, _) = await importing(start + UInt32.max.encoded)
        else {
            Issue.record("a frame of 4 GiB")
            return
        }
    }
}
