import Foundation
import LMDBStore
import LogAudit
import Testing

/// Any one bit of any byte that is read for a row, flipped: the audit finds it, and does not crash.
///
/// `FLIPS` says how many bits of each store are flipped, in place of 4000.
@Suite(.serialized) struct FlipTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    @Test(arguments: [
        ("slides-three-providers", nil), ("e15-hub-reissues-removals", 2), ("b13-parent-room", nil),
        ("g04-messages", nil), ("f18-ban", 1),
    ])
    func everyFlippedBitIsFound(_ scenario: String, redacting record: UInt64?) async throws {
        let place = try await AuditPlace(scenario, redacting: record)
        try await flipBits(of: place, Self.count, scenario)
    }

    /// The Merkle tree's tiles have rows from 256 records on.
    @Test func everyFlippedBitOfALargerStoreIsFound() async throws {
        let place = try await AuditPlace(records: 300)
        #expect(try regions(of: place).keys.contains("tile"))
        try await flipBits(of: place, Self.count / 10, "300 records")
    }

    private static let count =
        ProcessInfo.processInfo.environment["FLIPS"].flatMap { Int($0) } ?? 4000

    private func flipBits(of place: AuditPlace, _ count: Int, _ store: String) async throws {
        #expect(try await place.findings() == [])
        let regions = try regions(of: place)
        #expect(regions.keys.contains("log") && regions.keys.contains("payload"))
        let file = place.store + "/data.mdb"
        let handle = try #require(FileHandle(forUpdatingAtPath: file))
        var generator = Generator(state: 20_261_124)
        var byTable: [String: Int] = [:]
        for number in 0..<count {
            // Tables in turn, so that small ones are not forgotten.
            let names = regions.keys.sorted()
            let name = names[number % names.count]
            let ranges = try #require(regions[name])
            let range = try #require(ranges.randomElement(using: &generator))
            let offset = UInt64.random(in: range, using: &generator)
            let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &generator)
            try flip(bit, at: offset, in: handle)
            let found = try await place.findings()
            #expect(!found.isEmpty, "\(store): bit \(bit) of byte \(offset), table \(name)")
            try flip(bit, at: offset, in: handle)
            byTable[name, default: 0] += 1
        }
        #expect(try await place.findings() == [])
        print("\(store): \(count) flips, all found, of", byTable.sorted { $0.key < $1.key })
    }

    /// The bytes of keys and values of all tables.
    private func regions(of place: AuditPlace) throws -> [String: [Range<UInt64>]] {
        var regions: [String: [Range<UInt64>]] = [:]
        _ = try PageCheck(at: place.store) { region in
            guard [.key, .value].contains(region.kind), case .table(let name)? = region.tree,
                !region.bytes.isEmpty
            else { return }
            regions[name, default: []].append(region.bytes)
        }
        return regions
    }

    private func flip(_ bit: UInt8, at offset: UInt64, in file: FileHandle) throws {
        try file.seek(toOffset: offset)
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: offset)
        try file.write(contentsOf: [byte ^ bit])
    }
}
