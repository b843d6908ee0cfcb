import EventLog
import Glibc
import HubStore
import LMDBStore
import Scenario
import StoreMeasurement

/// A store where memory, files and disks end, and where other processes are at it, too.
package struct StoreLimits {
    private let workload: Workload
    private let judgement: StoreJudgement
    private let work: WorkDirectory
    private var promises = Promises()

    package init(_ workload: Workload, work: WorkDirectory) {
        self.workload = workload
        judgement = StoreJudgement(workload)
        self.work = work
    }

    private var store: String { work.path + "/store" }

    // MARK: Space

    /// Files may not grow beyond some size for a while (RLIMIT_FSIZE).
    package mutating func fileSize() async throws -> String {
        signal(SIGXFSZ, SIG_IGN)
        let hub = try workload.open(at: store)
        promises.add(.store)
        let before = try setFileSize(1 << 18)
        let told = try await playUntilFull(hub)
        try readEverything(hub)
        _ = try setFileSize(before)
        try await finish(hub)
        return "\(promises.records) records; what was told: \(told)"
    }

    /// Returns the limit that there was.
    private func setFileSize(_ size: rlim_t) throws -> rlim_t {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        let before = limit.rlim_cur
        limit.rlim_cur = min(size, limit.rlim_max)
        guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
            throw RigError("setrlimit: \(String(cString: strerror(errno)))")
        }
        return before
    }

    /// A quota that is used up but for its reserve, and then a disk without a free byte. `work` is on a small
    /// disk of its own.
    package mutating func fullDisk() async throws -> String {
        let hub = try workload.open(at: store) {
            $0.storeSize = 352 << 10
            $0.storeReserve = 96 << 10
        }
        promises.add(.store)
        let removal = try await playUpToRemoval(hub)
        let told = try await playUntilFull(hub, without: removal.script)
        try readEverything(hub)
        // What the reserve is for.
        let update = removal.script.updates[removal.place]
        promises.add(
            .record(try await workload.send(update, to: removal.script.uri, on: hub)))
        await hub.close()

        let junk = work.path + "/junk"
        try fill(junk)
        let unlimited = try workload.open(at: store)
        let toldByDisk = try await playUntilFull(unlimited)
        try readEverything(unlimited)
        FileSystem.remove(file: junk)
        try await finish(unlimited)
        return "the quota: \(told); \(update.step) went through; the disk: \(toldByDisk)"
    }

    /// Plays the first room that somebody is taken out of, up to there.
    private mutating func playUpToRemoval(
        _ hub: Hub
    ) async throws -> (script: RoomScript, place: Int) {
        for script in workload.scripts {
            let place = script.updates.firstIndex { ["ban", "remove"].contains($0.step) }
            guard let place else { continue }
            for _ in 0...place {
                guard let sequence = try await workload.next(of: script, on: hub) else { break }
                promises.add(.record(sequence))
            }
            return (script, place)
        }
        throw RigError("nobody is removed; take another seed")
    }

    /// Plays until the hub says that it can't; what it says.
    private mutating func playUntilFull(
        _ hub: Hub, without left: RoomScript? = nil
    ) async throws -> String {
        do {
            for script in workload.scripts where script.uri != left?.uri {
                while let sequence = try await workload.next(of: script, on: hub) {
                    promises.add(.record(sequence))
                }
            }
        } catch HubError.full(let what) {
            return what
        } catch HubError.store(let what) {
            // A write that ends where the file may end is like any that fails.
            return what
        }
        throw RigFinding("everything was written, although there is no space")
    }

    private func fill(_ path: String) throws {
        let file = try OutputFile(creating: path)
        for size in [1 << 16, 1 << 12, 1] {
            while true {
                do { try file.write([UInt8](repeating: 0, count: size)) } catch { break }
            }
        }
    }

    /// Whatever can't be written, everything can be read.
    private func readEverything(_ hub: Hub) throws {
        let found = try Reference(of: hub.log.log)
        try judgement.check(found.count, against: promises)
        try judgement.compare(hub.log)
    }

    /// There is space again: the same hub goes on, and all that was promised is there.
    private mutating func finish(_ hub: Hub) async throws {
        for script in workload.scripts {
            while let sequence = try await workload.next(of: script, on: hub) {
                promises.add(.record(sequence))
            }
        }
        await hub.close()
        try await judgement.replay(store, promises, comparedWith: nil)
    }

    /// A log that is larger than what the process may have of memory is written and read.
    package func memory(megabytes: UInt64) async throws -> String {
        let log = try EventLog.create(at: store, origin: StoreGenerator.domain)
        let records = megabytes << 20 / 2048
        let synthetic = SyntheticRecords(rooms: 64, evidenceSize: 1600)
        try await synthetic.fill(log, upTo: records)
        var flaws: [LogFlaw] = []
        var check = try LogCheck(log) { flaws.append($0) }
        check.run()
        await log.close()
        if let flaw = flaws.first { throw RigFinding("\(flaw.code): \(flaw.actual)") }
        return "\(check.size) records"
    }

    // MARK: Other processes

    /// Processes are killed while they read. The pages that they read are used again, and the file does not go
    /// on growing, although the hub was never closed.
    package mutating func killedReaders(_ count: Int, arguments: [String]) async throws -> String {
        guard let script = workload.scripts.first else { throw RigError("no room") }
        let hub = try workload.open(at: store)
        promises.add(.store)
        try await play(script, on: hub, 20)
        for _ in 0..<count {
            let reader = try ChildProcess(arguments + [store])
            guard !reader.read().isEmpty else { throw RigFinding("a reader can't read") }
            reader.kill()
        }
        // Before somebody looks after the readers, and after.
        try await play(script, on: hub, 100)
        let before = try size()
        try await play(script, on: hub, 250)
        let after = try size()
        await hub.close()
        try await judgement.replay(store, promises, comparedWith: nil)
        guard after - before < before else {
            throw RigFinding("the file grew from \(before) to \(after) bytes for dead readers")
        }
        return "\(before) bytes, and \(after) after 250 records more"
    }

    private mutating func play(_ script: RoomScript, on hub: Hub, _ count: Int) async throws {
        for _ in 0..<count {
            guard let sequence = try await workload.next(of: script, on: hub) else {
                throw RigError("\(script.uri) has too few records")
            }
            promises.add(.record(sequence))
        }
    }

    private func size() throws -> UInt64 {
        let pages = try PageCheck(at: store).statistics
        return pages.pagesInFile * UInt64(pages.pageSize)
    }

    /// Two hubs in two processes write to one store, and a third process reads it: the hubs may be told that they
    /// are not alone, or refuse updates that come too late.
    package mutating func threeProcesses(play: [String], read: [String]) async throws -> String {
        let hub = try workload.open(at: store)
        promises.add(.store)
        let other = try ChildProcess(play + [store])
        var said = other.read()
        var told = "nothing"
        do {
            for script in workload.scripts {
                while let sequence = try await workload.next(of: script, on: hub) {
                    promises.add(.record(sequence))
                }
            }
        } catch let error as HubError {
            told = "\(error)"
        } catch let finding as RigFinding {
            told = "\(finding)"
        }
        let reader = try ChildProcess(read + [store])
        let answer = String(decoding: reader.readAll(), as: UTF8.self).split(separator: "\n").first
        guard reader.wait() == .exited(0), let count = answer.flatMap({ UInt64($0) }) else {
            throw RigFinding("a reader can't read beside the hub")
        }
        try judgement.check(count, against: promises)
        said += other.readAll()
        guard case .exited(let code) = other.wait() else { throw RigFinding("a hub crashed") }
        await hub.close()
        for line in String(decoding: said, as: UTF8.self).split(separator: "\n") {
            if let mark = Trace.Mark(line) { promises.add(mark) }
        }
        try await judgement.replay(store, promises, comparedWith: nil)
        return "this hub was told: \(told); the other one ended with \(code)"
    }
}

/// What another process does that reads.
package enum StoreReader {
    /// Holds a snapshot until it is killed, and says when it has it.
    package static func hold(_ path: String) throws {
        let environment = try Environment.open(
            at: path, options: EnvironmentOptions(access: .readOnly))
        try environment.read { (transaction) throws(StoreError) in
            _ = try transaction.byteCount(withFreePages: true)
            print("held")
            flushOutput()
            while true { pause() }
        }
    }

    /// Says how many records there are.
    package static func count(_ path: String) throws {
        print(try Reference(of: path).count)
    }
}
