import Dispatch
import EventLog
import Glibc
import HubStore
import LMDBStore
import MLSCrypto
import Scenario

/// What received commits cost a hub, beside what verifying their signatures and writing as many bytes to the
/// disk cost by themselves.
package struct CommitMeasurement: Hashable, Sendable, Encodable {
    package let plan: CommitPlan
    package let commits: Int
    package let writers: Int
    /// Of the whole process, median of a commit; with several writers the mean.
    package let cpuUs: Double
    /// Of the same signatures, verified one after another.
    package let floorUs: Double
    package let ratio: Double
    package let signatures: Int
    /// Until the answer.
    package let latencyP50Us: Double
    package let latencyP99Us: Double
    /// Of one transaction that writes as many bytes as the commit's update has; 0 with several writers.
    package let durableUs: Double
    package let perSecond: Double
    /// What all cores can verify.
    package let verifiedPerSecond: Double
    /// The first update of a room that is not in memory.
    package let coldUs: Double
    package let evidenceBytes: Int
    /// What the log grows by for a commit.
    package let logBytes: Int
    package let treeBytes: Int
    package let peakBytes: Int
    package let anonymousBytes: Int

    private enum CodingKeys: String, CodingKey {
        case plan, commits, writers, ratio, signatures
        case cpuUs = "cpu_us"
        case floorUs = "floor_us"
        case latencyP50Us = "latency_p50_us"
        case latencyP99Us = "latency_p99_us"
        case durableUs = "durable_us"
        case perSecond = "per_second"
        case verifiedPerSecond = "verified_per_second"
        case coldUs = "cold_us"
        case evidenceBytes = "evidence_bytes"
        case logBytes = "log_bytes"
        case treeBytes = "tree_bytes"
        case peakBytes = "peak_bytes"
        case anonymousBytes = "anonymous_bytes"
    }

    /// Sends what was prepared in a directory to a hub of this process.
    package init(_ plan: CommitPlan, in directory: String, writers: Int) async throws {
        let hub = try plan.open(at: directory)
        var run = Run(hub: hub, directory: directory)
        do {
            if writers > 1 {
                try await run.beside(writers: writers)
            } else {
                try await run.oneByOne()
            }
        } catch {
            await hub.close()
            throw error
        }
        let memory = Memory.now
        let (evidence, log) = try run.recordSizes()
        await hub.close()
        self.plan = plan
        self.writers = writers
        commits = run.cpu.count
        cpuUs = run.cpu.median
        floorUs = run.floor.median
        ratio = run.cpu.median / run.floor.median
        signatures = run.signatures
        latencyP50Us = run.latency.median
        latencyP99Us = run.latency.quantile(0.99)
        durableUs = run.durable.median
        perSecond = Double(run.cpu.count) / run.wallSeconds
        verifiedPerSecond = run.verifiedPerSecond
        coldUs = run.cold.median
        evidenceBytes = evidence
        logBytes = log
        treeBytes = run.treeSize
        peakBytes = memory.peak
        anonymousBytes = memory.anonymous
    }
}

extension CommitMeasurement {
    static let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))

    /// Commits a second whose signatures the cores can verify.
    @discardableResult
    static func verifyOnAllCores(_ commits: [PreparedCommit]) -> Double {
        let start = ContinuousClock.now
        DispatchQueue.concurrentPerform(iterations: commits.count) { place in
            for signature in commits[place].signatures {
                _ = signature.verify(SyntheticRoom.suite)
            }
        }
        return Double(commits.count) / ((ContinuousClock.now - start) / .seconds(1))
    }
}

extension [Double] {
    /// 0 of none.
    func quantile(_ part: Double) -> Double {
        guard !isEmpty else { return 0 }
        return sorted()[Swift.min(count - 1, Int(part * Double(count)))]
    }

    var median: Double { quantile(0.5) }
}

/// Processor time of this process, in microseconds.
func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}

/// Memory of this process, in bytes (proc(5), `status`).
struct Memory {
    /// The most that it had so far, pages of mapped files among it.
    let peak: Int
    /// What it has now that is of no file.
    let anonymous: Int

    static var now: Memory {
        let text = (try? InputFile("/proc/self/status").read(1 << 16)) ?? []
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        func value(_ name: String) -> Int {
            let line = lines.first { $0.hasPrefix(name + ":") }
            return (line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first)
                .flatMap { Int($0) }.map { $0 << 10 } ?? 0
        }
        return Memory(peak: value("VmHWM"), anonymous: value("RssAnon"))
    }
}

/// One measurement.
private struct Run {
    let hub: Hub
    let directory: String
    var cpu: [Double] = []
    var floor: [Double] = []
    var latency: [Double] = []
    var durable: [Double] = []
    var cold: [Double] = []
    var wallSeconds = 0.0
    var verifiedPerSecond = 0.0
    var signatures = 0
    var treeSize = 0
    private let suite = SyntheticRoom.suite

    init(hub: Hub, directory: String) {
        self.hub = hub
        self.directory = directory
    }

    private func verify(_ commit: PreparedCommit) throws -> Double {
        let start = processorTime()
        for signature in commit.signatures where !signature.verify(suite) {
            throw ScenarioError("a signature does not verify", at: commit.room)
        }
        return processorTime() - start
    }

    /// The first commit of each room, which has to be read from the store.
    private mutating func warm(_ commit: PreparedCommit) async throws {
        let start = ContinuousClock.now
        try await commit.send(to: hub)
        cold.append((ContinuousClock.now - start) / .microseconds(1))
        treeSize = max(treeSize, commit.treeSize)
        signatures = commit.signatures.count
    }

    mutating func oneByOne() async throws {
        let file = try InputFile(CommitPlan.file(in: directory))
        let disk = try DurableFloor(directory + "/floor")
        var known = Set<String>()
        while let commit = try PreparedCommit.next(of: file) {
            guard !known.insert(commit.room).inserted else {
                try await warm(commit)
                continue
            }
            let start = ContinuousClock.now
            let before = processorTime()
            try await commit.send(to: hub)
            let after = processorTime()
            let time = (ContinuousClock.now - start) / .microseconds(1)
            cpu.append(after - before)
            latency.append(time)
            wallSeconds += time / 1e6
            floor.append(try verify(commit))
            durable.append(try await disk.write(commit.body))
        }
        verifiedPerSecond = 1e6 * Double(CommitMeasurement.cores) / floor.median
        await disk.close()
    }

    mutating func beside(writers: Int) async throws {
        let file = try InputFile(CommitPlan.file(in: directory))
        var rooms: [[PreparedCommit]] = []
        while let commit = try PreparedCommit.next(of: file) {
            if rooms.last?.first?.room == commit.room {
                rooms[rooms.count - 1].append(commit)
            } else {
                rooms.append([commit])
            }
        }
        for room in rooms { try await warm(room[0]) }
        let queues = (0..<writers).map { writer in
            rooms.indices.filter { $0 % writers == writer }.map { rooms[$0].dropFirst() }
        }
        let commits = rooms.flatMap { $0.dropFirst() }
        let start = ContinuousClock.now
        let before = processorTime()
        latency = try await withThrowingTaskGroup(of: [Double].self) { [hub] group in
            for queue in queues {
                group.addTask {
                    var times: [Double] = []
                    for place in 0..<(queue.map(\.count).max() ?? 0) {
                        for room in queue where place < room.count {
                            let start = ContinuousClock.now
                            try await room[room.startIndex + place].send(to: hub)
                            times.append((ContinuousClock.now - start) / .microseconds(1))
                        }
                    }
                    return times
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        wallSeconds = (ContinuousClock.now - start) / .seconds(1)
        let mean = (processorTime() - before) / Double(commits.count)
        cpu = Array(repeating: mean, count: commits.count)
        for commit in commits { floor.append(try verify(commit)) }
        verifiedPerSecond = CommitMeasurement.verifyOnAllCores(commits)
    }

    /// Of the latest records, on average: the evidence, and what the log holds for it.
    func recordSizes() throws -> (evidence: Int, log: Int) {
        let log = hub.log.log
        let last = try log.head().nextSequence
        let count = min(last, UInt64(cpu.count), 50)
        let page = try log.records(from: last - count, limit: Int(count)).elements
        let sizes = page.map { record in
            (
                record.payload?.evidence.count ?? 0,
                record.envelope.encoded.count + (record.payload?.encoded.count ?? 0)
            )
        }
        return (
            sizes.map(\.0).reduce(0, +) / max(sizes.count, 1),
            sizes.map(\.1).reduce(0, +) / max(sizes.count, 1)
        )
    }
}
