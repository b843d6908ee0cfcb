import EventLog
import HubStore
import LMDBStore
import LogAudit
import MLSCrypto
import PresentationLanguage
import RoomLog
import Scenario

/// What it costs to read a store whose records are commits with paths, as ``CommitPlan`` makes them.
package struct ReadingMeasurement: Hashable, Sendable, Encodable {
    package enum Kind: String, CaseIterable, Sendable, Encodable {
        /// All records in pages, with their hashes checked; the floor is a cursor of LMDB over as many bytes.
        case scan
        /// All rooms folded from their first record; the floor is one that decides each record again.
        case replay
        /// A full audit on all cores; the floor is what they verify of the signatures alone.
        case audit
        /// The log as a stream that goes nowhere; the floor is a cursor of LMDB over as many bytes.
        case export
    }

    package let benchmark: Kind
    package let plan: CommitPlan
    package let records: UInt64
    /// Of evidence and events.
    package let bytes: Int
    /// Of time; of replay and scan in one thread.
    package let perSecond: Double
    package let floorPerSecond: Double
    /// `perSecond` of `floorPerSecond`.
    package let ratio: Double

    private enum CodingKeys: String, CodingKey {
        case benchmark, plan, records, bytes, ratio
        case perSecond = "per_second"
        case floorPerSecond = "floor_per_second"
    }

    /// Makes the store in a directory that is there, and reads it so often; the medians count.
    package init(_ kind: Kind, _ plan: CommitPlan, in directory: String, runs: Int) async throws {
        try await plan.fill(directory)
        let log = try EventLog.open(at: directory + "/store", access: .readOnly)
        let reading: Reading
        do {
            reading = try await Reading(kind, log, plan, directory, runs: runs)
        } catch {
            await log.close()
            throw error
        }
        await log.close()
        benchmark = kind
        self.plan = plan
        records = reading.records
        bytes = reading.bytes
        perSecond = Double(reading.records) / reading.seconds.median
        floorPerSecond = Double(reading.records) / reading.floorSeconds.median
        ratio = perSecond / floorPerSecond
    }
}

extension CommitPlan {
    /// Founds the rooms and lets a hub take all commits.
    func fill(_ directory: String) async throws {
        try await prepare(in: directory)
        let hub = try open(at: directory)
        do {
            let file = try InputFile(Self.file(in: directory))
            while let commit = try PreparedCommit.next(of: file) {
                try await commit.send(to: hub)
            }
        } catch {
            await hub.close()
            throw error
        }
        await hub.close()
    }
}

private struct Reading {
    let log: EventLog
    let rooms: RoomLog
    let records: UInt64
    private(set) var bytes = 0
    private(set) var seconds: [Double] = []
    private(set) var floorSeconds: [Double] = []

    init(
        _ kind: ReadingMeasurement.Kind, _ log: EventLog, _ plan: CommitPlan, _ directory: String,
        runs: Int
    ) async throws {
        self.log = log
        rooms = RoomLog(log, profile: .plain)
        records = try log.head().nextSequence
        bytes = try scan()
        let floor = try await Self.floor(bytes, records, directory + "/floor")
        for _ in 0..<runs {
            switch kind {
            case .scan:
                seconds.append(try processorSeconds { _ = try scan() })
                floorSeconds.append(try processorSeconds { try floor.scan() })
            case .export:
                seconds.append(try processorSeconds { try export() })
                floorSeconds.append(try processorSeconds { try floor.scan() })
            case .replay:
                seconds.append(try processorSeconds(replay))
                floorSeconds.append(try await wallSeconds { try await audit(width: 1) })
            case .audit:
                seconds.append(try await wallSeconds { try await audit(width: Self.cores) })
                floorSeconds.append(try await wallSeconds { try verify(directory) })
            }
        }
        await floor.close()
    }

    private static let cores = CommitMeasurement.cores

    private func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
        let start = processorTime()
        try body()
        return (processorTime() - start) / 1e6
    }

    private func wallSeconds(_ body: () async throws -> Void) async rethrows -> Double {
        let start = ContinuousClock.now
        try await body()
        return (ContinuousClock.now - start) / .seconds(1)
    }

    // MARK: Ways to read

    /// Bytes of all payloads.
    private func scan() throws -> Int {
        var bytes = 0
        var position: UInt64? = 0
        while let next = position {
            let page = try log.records(from: next, limit: 1000)
            for record in page.elements { bytes += record.payload?.encoded.count ?? 0 }
            position = page.next
        }
        return bytes
    }

    private func export() throws {
        try log.export(withRows: false) { _ in }
    }

    private func replay() throws {
        for room in try rooms.all() { _ = try rooms.foldFromGenesis(room) }
    }

    private func audit(width: Int) async throws {
        var options = AuditOptions()
        options.depth = .full
        options.width = width
        _ = try await Audit(log, options).run { finding in
            preconditionFailure("a store that is not as it was written: \(finding)")
        }
    }

    /// The signatures of all commits on all cores. Those of the first records, which have trees full of
    /// them, are not among them.
    private func verify(_ directory: String) throws {
        let file = try InputFile(CommitPlan.file(in: directory))
        var commits: [PreparedCommit] = []
        while let commit = try PreparedCommit.next(of: file) { commits.append(commit) }
        CommitMeasurement.verifyOnAllCores(commits)
    }

    private static func floor(
        _ bytes: Int, _ records: UInt64, _ path: String
    ) async throws -> DurableFloor {
        let floor = try DurableFloor(path)
        let record = [UInt8](repeating: 7, count: bytes / max(1, Int(records)))
        try await floor.fill(Int(records), record)
        return floor
    }
}
