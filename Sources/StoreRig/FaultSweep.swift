import Glibc
import HubStore
import LMDBStore
import RoomLog
import Scenario

/// Each call by which a hub changes its files fails, one in each run.
package struct FaultSweep {
    /// The numbers of `Tools/preload/store-trace.c`.
    package enum Fault: Int32, CaseIterable, Sendable {
        case inputOutput = 1
        case noSpace = 2
        /// Half of it is written.
        case short = 3
        /// It is done, and a failure is reported.
        case applied = 4
    }

    package struct Counts: Sendable {
        /// Calls that a run without faults makes.
        package var calls = 0
        package var runs: [String: Int] = [:]
        /// Faults that the caller was told of, and those that nobody had to hear of.
        package var told = 0
        package var untold = 0
        /// Steps that went well when they were tried once more, and those before which the store had to be
        /// closed and opened again.
        package var repeated = 0
        package var reopened = 0
        package var errors: [String: Int] = [:]
    }

    private let workload: Workload
    private let judgement: StoreJudgement
    private let injector: Injector
    private let work: WorkDirectory
    private var counts = Counts()

    /// One room is enough: what fails is the same.
    package init(_ workload: Workload, work: WorkDirectory) throws {
        self.workload = workload
        judgement = StoreJudgement(workload)
        injector = try Injector()
        self.work = work
    }

    private var store: String { work.path + "/store" }

    /// Throws a finding, and leaves the store where it is.
    package mutating func run() async throws -> Counts {
        counts.calls = try await run(call: 0, .inputOutput)
        for fault in Fault.allCases {
            var call = 1
            // Timing decides how many calls there are: until one is not reached any more.
            while true {
                let calls = try await run(call: call, fault)
                guard calls >= call else { break }
                counts.runs["\(fault)", default: 0] += 1
                call += 1
            }
        }
        return counts
    }

    /// One run; returns how many calls there were.
    private mutating func run(call: Int, _ fault: Fault) async throws -> Int {
        try work.clear()
        injector.arm(call: call, fault)
        do {
            var run = FaultedRun(workload, store, injector, call)
            try await run.play()
            let calls = injector.calls
            // A short write may be gone on with.
            guard run.untold.isEmpty || fault == .short else {
                throw RigFinding("nobody was told of the failure of a \(run.untold[0])")
            }
            injector.arm(call: 0, fault)
            try await judgement.replay(store, run.promises, comparedWith: nil)
            counts.add(run)
            return calls
        } catch {
            throw RigFinding("call \(call), \(fault): \(error)")
        }
    }

    /// Lets the process be killed at every call.
    package mutating func runKills(arguments: [String]) async throws -> Int {
        var call = 1
        while true {
            try work.clear()
            let child = try ChildProcess(
                arguments + [store], environment: ["STORE_TRACE_KILL": "\(call)"])
            let output = child.readAll()
            let end = child.wait()
            do {
                var promises = Promises()
                for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
                    if let mark = Trace.Mark(line) { promises.add(mark) }
                }
                if end == .exited(0) { return call - 1 }
                guard end == .killed(by: SIGKILL) else { throw RigFinding("the hub ended: \(end)") }
                try judgement.check(try judgement.open(store), against: promises)
                try await judgement.replay(store, promises, comparedWith: nil)
            } catch {
                throw RigFinding("call \(call), killed: \(error)")
            }
            call += 1
        }
    }
}

extension FaultSweep.Counts {
    fileprivate mutating func add(_ run: FaultedRun) {
        if run.errors.isEmpty { untold += 1 } else { told += 1 }
        repeated += run.repeated
        reopened += run.reopened
        for error in run.errors { errors[error, default: 0] += 1 }
    }
}

/// The hub's life with one fault in it.
private struct FaultedRun {
    private let workload: Workload
    private let store: String
    private let injector: Injector
    private let call: Int
    private var hub: Hub?
    private(set) var promises = Promises()
    private(set) var errors: [String] = []
    private(set) var repeated = 0
    private(set) var reopened = 0
    /// Writes and syncs that failed in a step that went well.
    private(set) var untold: [String] = []

    init(_ workload: Workload, _ store: String, _ injector: Injector, _ call: Int) {
        self.workload = workload
        self.store = store
        self.injector = injector
        self.call = call
    }

    /// Makes a store, uses and compacts it; each step is done at last, and once.
    mutating func play() async throws {
        guard let script = workload.scripts.first else { throw RigError("no room") }
        _ = try await step { _ in }
        promises.add(.store)
        let sequence = try await step { [workload] in
            try await workload.next(of: script, on: $0)
        }
        promises.add(.record(sequence ?? 0))
        for (place, update) in script.updates.enumerated() {
            let sequence = try await step { [workload] in
                try await workload.send(update, to: script.uri, on: $0)
            }
            promises.add(.record(sequence))
            if place == script.updates.count / 2 {
                _ = try await step { try await $0.checkpoint() }
                await close()
                try compact()
            }
        }
        guard let hub, let room = try hub.log.room(Array(script.uri.utf8)) else {
            throw RigFinding("the room is gone")
        }
        guard room.row.roomSeq == UInt64(script.updates.count) else {
            throw RigFinding("\(script.updates.count) updates made \(room.row.roomSeq) records")
        }
        await close()
    }

    private mutating func compact() throws {
        while true {
            do throws(StoreError) {
                return try Environment.compact(
                    at: store, options: EnvironmentOptions(access: .readOnly))
            } catch {
                try note(error, "compact")
            }
        }
    }

    private mutating func close() async {
        await hub?.close()
        hub = nil
    }

    /// Does something with the hub: tries it again after an error, and once more with the store opened anew.
    private mutating func step<T>(_ body: (Hub) async throws -> T) async throws -> T {
        for attempt in 0..<3 {
            do {
                let before = injector.faulted
                let opened = try hub ?? workload.open(at: store)
                hub = opened
                let result = try await body(opened)
                // What is beside the records is tried again by itself: names that go, and reading.
                let after = injector.faulted
                if before.isEmpty, ["write", "sync"].contains(after) { untold.append(after) }
                return result
            } catch {
                try note(error, try Self.kind(of: error))
                if attempt == 0 { repeated += 1 }
                if attempt == 1 {
                    (repeated, reopened) = (repeated - 1, reopened + 1)
                    await close()
                }
            }
        }
        throw RigFinding("it does not recover: \(errors)")
    }

    /// The case of a typed error, without what it says.
    private static func kind(of error: any Error) throws -> String {
        guard error is HubError || error is RoomLogError else { throw error }
        return String("\(String(reflecting: error))".prefix { $0 != "(" })
    }

    /// An error is right where a call failed.
    private mutating func note(_ error: any Error, _ kind: String) throws {
        guard call > 0, injector.calls >= call, errors.count < 3 else {
            throw RigFinding("an error without a fault: \(error)")
        }
        errors.append(kind)
    }
}

/// The library that lets calls fail.
private struct Injector {
    private let armCall: @convention(c) (Int, Int32) -> Void
    private let countCalls: @convention(c) () -> Int
    private let nameFaulted: @convention(c) () -> UnsafePointer<CChar>

    /// Throws where the program runs without it.
    init() throws {
        guard let arm = dlsym(nil, "store_trace_arm"),
            let count = dlsym(nil, "store_trace_calls"),
            let faulted = dlsym(nil, "store_trace_faulted")
        else { throw RigError("the library store-trace is not loaded") }
        armCall = unsafeBitCast(arm, to: (@convention(c) (Int, Int32) -> Void).self)
        countCalls = unsafeBitCast(count, to: (@convention(c) () -> Int).self)
        nameFaulted = unsafeBitCast(
            faulted, to: (@convention(c) () -> UnsafePointer<CChar>).self)
    }

    /// Counts from now on; 0 for no fault.
    func arm(call: Int, _ fault: FaultSweep.Fault) {
        armCall(call, fault.rawValue)
    }

    var calls: Int { countCalls() }

    /// What failed; empty before anything did.
    var faulted: String { String(cString: nameFaulted()) }
}
