import ArgumentParser
import FoundationEssentials
import Glibc
import LMDBStore
import StoreMeasurement

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures what stores cost; see docs/performance.md.",
        subcommands: [
            BenchFollow.self, BenchCommit.self, BenchAppend.self, BenchScan.self, BenchReplay.self,
            BenchAudit.self, BenchExport.self, BenchPolicy.self, BenchFanout.self, BenchOpen.self,
            BenchReader.self, BenchHold.self,
        ])
}

struct BenchOpen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Opens stores of several sizes, and reads the latest record of a room.",
        discussion: """
            One store grows to each size. Times are in milliseconds. Warm, the file is in memory, and \
            what counts is the pages that are asked for; cold, what has to be read from the disk, in KiB.
            """)

    @Option(help: "The sizes, in records.")
    var records = "10000,100000,1000000"

    @Option(help: "Rooms.")
    var rooms: UInt64 = 1000

    @Option(help: "The directory of the new store; default: a temporary one.")
    var store: String?

    @Flag(help: "Print one JSON object per size.")
    var json = false

    private var sizes: [UInt64]? {
        let sizes = records.split(separator: ",").map { UInt64($0) }
        let known = sizes.compactMap { $0 }
        return known.count == sizes.count && known.allSatisfy { $0 >= rooms } ? known : nil
    }

    func validate() throws {
        guard store != "" else { throw ValidationError("The path is empty.") }
        guard rooms > 0, let sizes, !sizes.isEmpty else {
            throw ValidationError("Sizes are numbers from that of the rooms on, like 10000,100000.")
        }
    }

    func run() async throws {
        if !json {
            try emit(
                "records  MiB  levels | warm: open ms, pages  read ms, pages "
                    + "| cold: open ms, KiB  read ms, KiB")
        }
        try await withNewStore(store) { path in
            try await OpeningMeasurement.series(
                at: path, sizes: sizes ?? [], SyntheticRecords(rooms: rooms)
            ) { measured in
                if json { try emitJSON(measured) } else { try emit(line(measured)) }
            }
        }
    }

    private func line(_ measured: OpeningMeasurement) -> String {
        let (warm, cold) = (measured.warm, measured.cold)
        return "\(measured.records)  \(measured.bytes >> 20)  \(measured.depth) | "
            + "\(rounded(warm.open.milliseconds)), \(warm.open.faults)  "
            + "\(rounded(warm.read.milliseconds)), \(warm.read.faults) | "
            + "\(rounded(cold.open.milliseconds)), \(cold.open.diskBytes >> 10)  "
            + "\(rounded(cold.read.milliseconds)), \(cold.read.diskBytes >> 10)"
    }

    private func rounded(_ milliseconds: Double) -> Double {
        (milliseconds * 1000).rounded() / 1000
    }
}

struct BenchReader: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reader",
        abstract: "Reads slowly from a busy hub, and compares the file with what is in it.",
        discussion: "Exit status 1 if the file is larger than it may be.")

    @Option(help: "How long the hub is busy.")
    var seconds = 60.0

    @Option(help: "Rooms.")
    var rooms = 200

    @Option(help: "What all choices of the rooms follow from.")
    var seed: UInt64 = 1

    @Option(help: "The directory of the new store; default: a temporary one.")
    var store: String?

    @Flag(help: "For contrast, hold one read transaction of another process all the time.")
    var hold = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard store != "" else { throw ValidationError("The path is empty.") }
        guard seconds > 0, seconds <= 86_400, rooms > 0 else {
            throw ValidationError("There must be some seconds, at most a day, and rooms.")
        }
    }

    func run() async throws {
        let measured = try await withNewStore(store) { path in
            let holder = hold ? Task { try await holdLater(path) } : nil
            let measured = try await ReaderMeasurement.run(
                at: path, seconds: seconds, rooms: rooms, seed: seed)
            try await holder?.value
            return measured
        }
        if json {
            try emitJSON(measured)
        } else {
            try emit(
                "\(measured.records) records in \(measured.seconds) s; the subscriber took "
                    + "\(measured.subscribed) records, the exporter \(measured.exported >> 20) MiB")
            try emit(
                "file \(measured.fileBytes >> 20) MiB, in use \(measured.usedBytes >> 20) MiB, "
                    + "bound \(measured.boundBytes >> 20) MiB")
        }
        if !measured.isWithinBound { throw ExitCode(1) }
    }

    /// Another process holds the snapshot: one process opens a store once.
    private func holdLater(_ path: String) async throws {
        while !FileManager.default.fileExists(atPath: path) {
            try await Task.sleep(for: .milliseconds(10))
        }
        let status = try await runAgain(["bench", "hold", path, "--seconds", "\(seconds)"])
        guard status == 0 else { throw Failure("the snapshot could not be held") }
    }
}

struct BenchHold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Holds a read transaction.", shouldDisplay: false)

    @Argument var directory: String
    @Option var seconds: Double

    func run() async throws {
        do throws(StoreError) {
            try await HeldSnapshot.hold(directory, seconds: seconds)
        } catch {
            throw Failure(directory, error)
        }
    }
}

/// Lets another process do the command of these arguments; returns its status when it has ended.
func runAgain(_ arguments: [String]) async throws -> Int32 {
    let words = [CommandLine.arguments[0]] + arguments
    var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var process = pid_t()
    let code = posix_spawn(&process, "/proc/self/exe", nil, nil, &pointers, environ)
    guard code == 0 else {
        throw Failure("the program can't be started again: \(String(cString: strerror(code)))")
    }
    var status: Int32 = 0
    while waitpid(process, &status, WNOHANG) == 0 {
        try await Task.sleep(for: .milliseconds(100))
    }
    return status
}

/// Calls `body` with the path of a store that is to be made: the given one, which stays, or one in a
/// temporary directory.
private func withNewStore<T>(
    _ path: String?, _ body: (String) async throws -> T
) async throws -> T {
    if let path { return try await body(path) }
    return try await withNewDirectory { try await body($0 + "/store") }
}

/// Calls `body` with a directory that is removed afterwards.
func withNewDirectory<T>(_ body: (String) async throws -> T) async throws -> T {
    let directory = FileManager.default.temporaryDirectory.appending(
        path: "hubstore-bench-\(UUID().uuidString)")
    do {
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true)
    } catch {
        throw Failure("\(directory.path) can't be created")
    }
    defer { try? FileManager.default.removeItem(at: directory) }
    return try await body(directory.path)
}
