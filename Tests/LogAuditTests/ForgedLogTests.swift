import EventLog
import Foundation
import LMDBStore
import LogAudit
import MLSCrypto
import PresentationLanguage
import Testing

/// Logs that are whole in themselves, and say something else than the hub did.
@Suite struct ForgedLogTests {
    private typealias Change = (inout [Record]) -> Void

    /// A log of the same name with the records of another one, chained anew.
    private func forge(
        _ place: AuditPlace, _ name: String, _ change: Change
    ) async throws -> String {
        let old = try EventLog.open(at: place.store, access: .readOnly)
        var records = try old.records(from: 0, limit: 1000).elements
        let uri = try #require(try old.room(1)).row.uri
        let status = try #require(try old.room(1)).row.status
        let origin = old.meta.origin
        await old.close()
        change(&records)
        let log = try EventLog.create(at: place.path(name), origin: origin)
        var last: Envelope?
        for record in records {
            let envelope = record.envelope
            let target: Append.Target =
                last.map {
                    .existing(
                        $0.room,
                        expecting: Expectation(
                            roomSeq: $0.roomSeq, stateHash: $0.stateHash, epoch: $0.epoch))
                } ?? .new(uri: uri)
            let item = Append(
                room: target, kind: envelope.kind, schema: envelope.schema,
                timeMs: max(envelope.timeMs, last?.timeMs ?? 0), epoch: envelope.epoch,
                stateHash: envelope.stateHash, status: status,
                payload: try #require(record.payload))
            guard case .appended(let done) = try await log.append(item) else {
                Issue.record("a conflict")
                continue
            }
            last = done
        }
        await log.close()
        return place.path(name)
    }

    private func codes(_ findings: [AuditFinding]) -> Set<AuditFinding.Code> {
        Set(findings.map(\.code))
    }

    @Test func aForgedLogIsFoundAndItsPlaceNamed() async throws {
        let place = try await AuditPlace("e15-hub-reissues-removals")
        let forgeries: [(String, UInt64, Change)] = [
            ("deleted", 3, { $0.remove(at: 3) }),
            ("reordered", 2, { $0.swapAt(2, 3) }),
            (
                "edited", 4,
                { records in
                    guard var payload = records[4].payload else { return }
                    payload.evidence[payload.evidence.count / 2] ^= 1
                    records[4] = Record(envelope: records[4].envelope, content: .whole(payload))
                }
            ),
            (
                "other-events", 5,
                { records in
                    guard var payload = records[5].payload else { return }
                    payload.events.removeLast()
                    records[5] = Record(envelope: records[5].envelope, content: .whole(payload))
                }
            ),
            (
                "other-source", 4,
                { records in
                    guard var payload = records[4].payload else { return }
                    payload.source = Array("z.example".utf8)
                    records[4] = Record(envelope: records[4].envelope, content: .whole(payload))
                }
            ),
        ]
        for (name, seq, change) in forgeries {
            let store = try await forge(place, name, change)
            // With a checkpoint from outside: it is another history.
            let anchored = try await place.findings(in: store)
            #expect(
                !codes(anchored).isDisjoint(with: [.fork, .rollback]), "\(name): \(anchored)")
            // Without one, its own content says where.
            let found = try await place.findings(in: store, known: [])
                .filter { [.fold, .evidence].contains($0.code) }
            #expect(found.first?.seq == seq, "\(name): \(found)")
            #expect(found.allSatisfy { $0.room != nil && !$0.next.isEmpty })
        }
        // The same records, chained anew, are another history and nothing else.
        let same = try await forge(place, "same") { _ in }
        #expect(codes(try await place.findings(in: same)) == [.fork])
        #expect(codes(try await place.findings(in: same, known: [])) == [.projection])
    }

    @Test func aRollbackIsFound() async throws {
        let place = try await AuditPlace("slides-three-providers")
        let cut = try await forge(place, "cut") { $0.removeLast(2) }
        let found = try await place.findings(in: cut)
        #expect(codes(found).contains(.rollback))
    }

    @Test func truncationsAndSwappedPagesAreFound() async throws {
        let place = try await AuditPlace("slides-three-providers")
        let file = URL(filePath: place.store + "/data.mdb")
        let bytes = [UInt8](try Data(contentsOf: file))
        let pages = bytes.count / 4096
        let pageCheck = try PageCheck(at: place.store)
        #expect(pageCheck.findingCount == 0)
        for count in stride(from: 0, to: bytes.count, by: 2048) {
            try Data(bytes.prefix(count)).write(to: file)
            let found = try await place.findings()
            // Pages behind the end may all be free.
            if found.isEmpty { #expect(count >= bytes.count - 4096 * 4) }
        }
        var found = 0
        for first in 2..<pages {
            let second = 2 + (first * 7) % (pages - 2)
            if first == second { continue }
            var swapped = bytes
            swapped.replaceSubrange(
                first * 4096..<(first + 1) * 4096, with: bytes[second * 4096..<(second + 1) * 4096])
            swapped.replaceSubrange(
                second * 4096..<(second + 1) * 4096, with: bytes[first * 4096..<(first + 1) * 4096])
            try Data(swapped).write(to: file)
            if try await !place.findings().isEmpty { found += 1 }
        }
        // What is not found was free, or equal.
        #expect(found >= Int(pageCheck.statistics.used) / 3)
        try Data(bytes).write(to: file)
        #expect(try await place.findings() == [])
    }
}
