import EventLog
import HubStore
import LMDBStore
import MLSCrypto
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import Scenario

/// What somebody was told before a crash.
package struct Promises: Hashable, Sendable {
    /// Whether there is a store.
    package var store = false
    /// Records that there are.
    package var records: UInt64 = 0
    /// The largest tree that was signed.
    package var signed: UInt64 = 0

    package init() {}

    /// As if all that a store holds had been promised.
    package init(whatHolds store: String) throws {
        let log = try EventLog.open(at: store, access: .readOnly)
        defer { log.abandon() }
        self.store = true
        records = try log.head().nextSequence
        signed = try log.latestCheckpoint()?.size ?? 0
    }

    package mutating func add(_ mark: Trace.Mark) {
        switch mark {
        case .store: store = true
        case .record(let sequence): records = max(records, sequence + 1)
        case .checkpoint(let size): signed = max(signed, size)
        }
    }
}

/// The records of a log, to be compared with those of another.
package struct Reference: Sendable {
    private let digests: [Digest32]

    package var count: UInt64 { UInt64(digests.count) }

    /// The records that the store has.
    package init(of path: String) throws {
        let log = try EventLog.open(at: path, access: .readOnly)
        defer { log.abandon() }
        try self.init(of: log)
    }

    package init(of log: EventLog) throws {
        var digests: [Digest32] = []
        var position: UInt64? = 0
        while let next = position {
            let page = try log.records(from: next, limit: 1000)
            for record in page.elements {
                guard let payload = record.payload else {
                    throw RigError("record \(record.envelope.gseq) is redacted")
                }
                digests.append(SHA256.hash(record.envelope.encoded, payload.encoded))
            }
            position = page.next
        }
        self.digests = digests
    }

    /// Throws a finding unless one is the beginning of the other.
    package func check(_ other: Reference) throws(RigFinding) {
        for (place, (mine, others)) in zip(digests, other.digests).enumerated() where mine != others
        {
            throw RigFinding("record \(place) is not the one that was written")
        }
    }
}

/// Judges a store that a crash left: by opening and reading it as a hub does.
package struct StoreJudgement: Sendable {
    let workload: Workload

    package init(_ workload: Workload) {
        self.workload = workload
    }

    /// Opens the store at a path, with the check of its head, and closes it again; returns how many records it
    /// has, nil where there is none.
    package func open(_ path: String) throws(RigFinding) -> UInt64? {
        let log: EventLog
        do throws(StoreError) {
            log = try EventLog.open(at: path, access: .readWrite)
        } catch {
            if case .notFound = error.reason { return nil }
            throw RigFinding("the store does not open: \(error)")
        }
        defer { log.abandon() }
        do throws(StoreError) {
            return try log.head().nextSequence
        } catch {
            throw RigFinding("the head can't be read: \(error)")
        }
    }

    /// Throws a finding unless a store with so many records holds what was promised.
    package func check(_ records: UInt64?, against promises: Promises) throws(RigFinding) {
        guard let records else {
            guard promises.store else { return }
            throw RigFinding("the store is lost")
        }
        guard records >= promises.records else {
            throw RigFinding("\(promises.records) records were acknowledged, \(records) are there")
        }
    }

    /// Looks at everything in a store: pages, records, indexes, rooms folded from their records, projections.
    /// Then a hub opens it, signs the log, and must accept an update of each room. With `reference`, the records
    /// are compared with those.
    package func replay(
        _ path: String, _ promises: Promises, comparedWith reference: Reference?
    ) async throws(RigFinding) {
        do {
            if FileSystem.isDirectory(path) { try await inspect(path, promises, reference) }
            let hub = try workload.open(at: path)
            do {
                _ = try await hub.checkpoint()
                for script in workload.scripts { _ = try await workload.next(of: script, on: hub) }
                try await compare(hub)
                await hub.close()
            } catch {
                await hub.close()
                throw error
            }
        } catch {
            throw error as? RigFinding ?? RigFinding("\(error)")
        }
    }

    private func inspect(
        _ path: String, _ promises: Promises, _ reference: Reference?
    ) async throws {
        let pages = try PageCheck(at: path)
        if let finding = pages.findings.first {
            throw RigFinding("\(pages.findingCount) pages are wrong: \(finding)")
        }
        let log = try EventLog.open(at: path, access: .readWrite)
        defer { log.abandon() }
        let found = try Reference(of: log)
        try check(found.count, against: promises)
        try reference?.check(found)
        let signed = try log.latestCheckpoint()?.size ?? 0
        guard signed >= promises.signed else {
            throw RigFinding("a tree of \(promises.signed) was signed; the newest is of \(signed)")
        }
        try compare(RoomLog(log, profile: .plain))
    }

    /// Everything in the store with everything else.
    func compare(_ rooms: RoomLog) throws {
        var flaws: [LogFlaw] = []
        var check = try LogCheck(rooms.log) { flaws.append($0) }
        check.run()
        if let flaw = flaws.first {
            throw RigFinding("\(flaw.code): \(flaw.actual), expected \(flaw.expected)")
        }
        if let finding = try rooms.checkProjections().first {
            throw RigFinding("projection: \(finding)")
        }
    }

    /// Everything in the store of a hub with everything else, and with the rooms in memory.
    package func compare(_ hub: Hub) async throws {
        await hub.states.caughtUp()
        await hub.states.flush()
        try compare(hub.log)
        for uri in try hub.roomURIs() {
            if let broken = try await hub.brokenPromises(of: uri).first {
                throw RigFinding("\(uri): \(broken)")
            }
        }
    }
}
