import Foundation
import LMDBStore
import TestSupport

/// Mutants of a small store, each checked, and read with liblmdb if the check finds nothing.
///
/// Runs in a process of its own, which liblmdb may take down.
struct PageMutants {
    enum Kind: String, CaseIterable, Codable {
        case structure, length, key, value, freeList
        case severalBits, garbage, zeroedPage, swappedPages, copiedPage, truncated
    }

    enum Outcome: String, Codable {
        /// The check found something.
        case found
        /// It didn't, and all rows are what they were.
        case same
        /// It didn't, and rows differ.
        case different
        /// It didn't, and the store refuses.
        case refused
    }

    struct Mutant: Codable {
        let kind: Kind
        let what: String
        let outcome: Outcome
    }

    let place: String
    private let sound: [UInt8]
    private let regions: [Kind: [PageRegion]]
    private let usedPages: [Int]
    private let content: Int
    private var changed: [Range<Int>] = []
    private var random: SplitMix64

    static let tables = ["rows", "deep", "long", "empty"]

    private var data: String { place + "/data.mdb" }

    init(_ place: String, seed: UInt64) async throws {
        self.place = place
        random = SplitMix64(state: seed)
        sound = [UInt8](try Data(contentsOf: URL(fileURLWithPath: place + "/data.mdb")))
        var regions: [Kind: [PageRegion]] = [:]
        _ = try PageCheck(at: place) { region in
            let kind: Kind =
                switch region.kind {
                case .structure: .structure
                case .length: .length
                case .key: region.tree == .freeList ? .freeList : .key
                case .value: region.tree == .freeList ? .freeList : .value
                }
            regions[kind, default: []].append(region)
        }
        self.regions = regions
        let pages = regions.values.joined().map { Int($0.bytes.lowerBound) / 4096 }
        usedPages = Set(pages).sorted()
        content = try await Self.read(place)
    }

    /// A hash of all rows, by liblmdb.
    private static func read(_ place: String) async throws -> Int {
        let environment = try Environment.open(at: place, options: .readOnly)
        var hasher = Hasher()
        let result = Result {
            for name in tables {
                let table = try environment.table(name)
                try environment.read { (transaction) throws(StoreError) in
                    try transaction.scan(table) { key, value in
                        key.withUnsafeBytes { hasher.combine(bytes: $0) }
                        value.withUnsafeBytes { hasher.combine(bytes: $0) }
                        return true
                    }
                }
            }
        }
        await environment.close()
        try result.get()
        return hasher.finalize()
    }

    /// Makes `count` mutants of each kind. Before each, what it is goes to a file, so that a crash
    /// leaves its cause behind; at the end, all of them.
    mutating func run(_ count: Int) async throws {
        var mutants: [Mutant] = []
        for kind in Kind.allCases {
            for number in 0..<count {
                let what = try "\(kind.rawValue) \(number): \(mutate(kind))"
                try Data(what.utf8).write(to: URL(fileURLWithPath: place + "/mutant"))
                let outcome = try await judge()
                mutants.append(Mutant(kind: kind, what: what, outcome: outcome))
                try restore(kind)
            }
        }
        try JSONEncoder().encode(mutants).write(to: URL(fileURLWithPath: place + "/report"))
    }

    private func judge() async throws -> Outcome {
        do {
            guard try PageCheck(at: place).findings.isEmpty else { return .found }
        } catch {
            return .found
        }
        do {
            return try await Self.read(place) == content ? .same : .different
        } catch {
            guard error is StoreError else { throw error }
            return .refused
        }
    }

    /// Changes the file, and says how.
    private mutating func mutate(_ kind: Kind) throws -> String {
        let (page, other) = (randomPage(), randomPage())
        let old = Array(sound[page..<page + 4096])
        let new = Array(sound[other..<other + 4096])
        switch kind {
        case .structure, .length, .key, .value, .freeList:
            return try flip(kind)
        case .severalBits:
            return try (0..<Int.random(in: 2...6, using: &random)).map { _ in
                try flip(.structure)
            }.joined(separator: ", ")
        case .garbage:
            let start = page + Int.random(in: 0..<4000, using: &random)
            let count = Int.random(in: 1...96, using: &random)
            let garbage = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            try write(garbage, at: start)
            return "\(count) bytes at \(start)"
        case .zeroedPage:
            try write([UInt8](repeating: 0, count: 4096), at: page)
            return "page \(page / 4096)"
        case .swappedPages:
            try write(new, at: page)
            try write(old, at: other)
            return "pages \(page / 4096), \(other / 4096)"
        case .copiedPage:
            // As if it had been written there.
            try write(Array(old.prefix(8) + new.dropFirst(8)), at: page)
            return "page \(other / 4096) over \(page / 4096)"
        case .truncated:
            let size = Int.random(in: 0..<sound.count, using: &random)
            guard Glibc.truncate(data, off_t(size)) == 0 else { throw POSIXError(.EIO) }
            return "to \(size)"
        }
    }

    /// Where a page begins that is in use; a quarter of them are any page.
    private mutating func randomPage() -> Int {
        if Int.random(in: 0..<4, using: &random) == 0 {
            return Int.random(in: 0..<sound.count / 4096, using: &random) * 4096
        }
        return (usedPages.randomElement(using: &random) ?? 0) * 4096
    }

    /// Flips a bit: of a random region, so that short ones are as likely as long ones.
    private mutating func flip(_ kind: Kind) throws -> String {
        guard let region = regions[kind]?.randomElement(using: &random),
            let offset = region.bytes.randomElement(using: &random)
        else { throw StoreError(.failed) }
        let bit = Int.random(in: 0..<8, using: &random)
        try write([sound[Int(offset)] ^ 1 << bit], at: Int(offset))
        return "bit \(bit) of byte \(offset % 4096) of page \(offset / 4096)"
    }

    private mutating func write(_ bytes: [UInt8], at offset: Int) throws {
        try overwrite(bytes, at: offset)
        changed.append(offset..<offset + bytes.count)
    }

    private func overwrite(_ bytes: [UInt8], at offset: Int) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: data))
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }

    private mutating func restore(_ kind: Kind) throws {
        if kind == .truncated {
            try Data(sound).write(to: URL(fileURLWithPath: data))
        }
        for range in changed { try overwrite(Array(sound[range]), at: range.lowerBound) }
        changed = []
    }
}
