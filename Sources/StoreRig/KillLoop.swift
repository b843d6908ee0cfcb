import Glibc
import LMDBStore

/// A hub that writes is killed again and again, and what it told somebody is compared with what is there. With a
/// mount, the file system's machine loses its power just before.
package struct KillLoop {
    package struct Counts: Sendable {
        package var kills = 0
        /// Kills of a hub that was making its store.
        package var beforeTheStore = 0
        /// Hubs that had written everything before they were killed.
        package var tooLate = 0
        package var acknowledged = 0
        package var stores = 0
        package var replays = 0
        /// Power cuts by their kind.
        package var cuts: [String: Int] = [:]
    }

    private let workload: Workload
    private let judgement: StoreJudgement
    /// How a child plays the workload on the store at a path.
    private let arguments: [String]
    private let work: WorkDirectory
    private let mount: PowerCutMount?
    private var generator: SeededGenerator
    private var counts = Counts()
    private var promises = Promises()
    private var reference: Reference?

    /// One store in so many is looked at as a whole.
    private static let replayed = 8
    /// Microseconds that a hub gets at most, once it has begun.
    private static let longest: UInt32 = 20_000

    /// `arguments` let this program write what it tells to its standard output; the store's path is added.
    package init(
        _ workload: Workload, arguments: [String], seed: UInt64, work: WorkDirectory,
        mount: PowerCutMount? = nil
    ) {
        self.workload = workload
        judgement = StoreJudgement(workload)
        self.arguments = arguments
        self.work = work
        self.mount = mount
        generator = SeededGenerator(seed: seed)
    }

    private var store: String { work.path + "/store" }

    /// Throws a finding, and leaves the store where it is.
    package mutating func run(kills: Int) async throws -> Counts {
        try startAgain()
        while counts.kills < kills {
            let child = try ChildProcess(arguments + [store])
            // It says when it is about to open the store: until then there is nothing to be killed.
            var output = child.read()
            usleep(UInt32.random(in: 0...Self.longest, using: &generator))
            let cut = try mount?.cut(&generator)
            child.kill()
            output += child.readAll()
            if let mount, let cut {
                counts.cuts["\(cut)", default: 0] += 1
                try mount.mountAgain()
            }
            let isDone = try take(output)
            counts.kills += 1
            if isDone { counts.tooLate += 1 }
            try await look(isDone)
        }
        return counts
    }

    /// Takes in what a child printed; whether it had everything.
    private mutating func take(_ output: [UInt8]) throws -> Bool {
        var isDone = false
        // Whoever reads half a line was told nothing.
        for line in String(decoding: output, as: UTF8.self).split(separator: "\n").dropLast(
            output.last == UInt8(ascii: "\n") ? 0 : 1)
        {
            switch line {
            case PlayedStore.begin: continue
            case PlayedStore.end: isDone = true
            default:
                guard let mark = Trace.Mark(line) else { throw RigError("a child says: \(line)") }
                promises.add(mark)
                counts.acknowledged += 1
            }
        }
        return isDone
    }

    private mutating func look(_ isDone: Bool) async throws {
        let records = try judgement.open(store)
        try judgement.check(records, against: promises)
        guard records != nil else {
            counts.beforeTheStore += 1
            return
        }
        // What was there once stays, acknowledged or not.
        let found = try Reference(of: store)
        try reference?.check(found)
        guard found.count >= reference?.count ?? 0 else {
            throw RigFinding("there were \(reference?.count ?? 0) records; \(found.count) are left")
        }
        reference = found
        if isDone || Int.random(in: 0..<Self.replayed, using: &generator) == 0 {
            counts.replays += 1
            try await judgement.replay(store, promises, comparedWith: reference)
            try startAgain()
        }
    }

    private mutating func startAgain() throws {
        try work.clear()
        (promises, reference) = (Promises(), nil)
        counts.stores += 1
    }
}

/// What a child does that may be stopped at any moment.
package enum PlayedStore {
    static let begin: Substring = "begin"
    static let end: Substring = "end"

    /// Plays what a store lacks, says what it is told, and where it begins and ends. With `isWhole` it makes
    /// the store, and compacts it half-way; with `most` no room gets more records than these.
    package static func run(
        _ workload: Workload, at path: String, isWhole: Bool, most: Int = .max
    ) async throws {
        let marks = MarkFile()
        if isWhole { return try await workload.run(at: path) { try marks.write($0) } }
        try marks.write("\(begin)\n")
        let hub = try workload.open(at: path)
        try marks.write(.store)
        do {
            try await workload.play(on: hub, most: most) { try marks.write($0) }
        } catch {
            await hub.close()
            throw error
        }
        await hub.close()
        try marks.write("\(end)\n")
    }
}
