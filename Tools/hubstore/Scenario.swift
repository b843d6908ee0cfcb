import ArgumentParser
import FoundationEssentials
import Scenario
import SnapshotExport

struct ScenarioCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenario",
        abstract: "Plays the life of MIMI rooms: real members, and a real hub that judges them.",
        discussion: """
            Every step is compared with what its file expects; see docs/scenarios.md. Each scenario has \
            a store of its own.
            """)

    @Argument(help: "Scenario files.")
    var files: [String]

    @Option(help: "Keep the store here; of several files, their stores in this directory.")
    var store: String?

    @Flag(help: "Keep the stores, in a new directory unless --store names one; says where.")
    var keep = false

    @Option(help: "Write what the hub was asked into this file, one JSON object in a line.")
    var record: String?

    @Flag(help: "Print one JSON object per step.")
    var json = false

    func run() async throws {
        guard store != "" else { throw Failure("the path of the store is empty") }
        let scenarios = try files.map { file in
            (file, try readInput(file) { try ScenarioFile(json: $0) })
        }
        let directory = try directory(for: scenarios.count)
        defer {
            if store == nil, !keep { try? FileManager.default.removeItem(at: directory) }
        }
        var requests: [RecordedRequest] = []
        var done = 0
        var failed = 0
        for (number, (file, scenario)) in scenarios.enumerated() {
            let name = URL(filePath: file).deletingPathExtension().lastPathComponent
            if !json { try emit(printable("\(name): \(scenario.title)")) }
            let own = scenarios.count > 1 ? "\(number)-\(name)" : name
            let path =
                scenarios.count == 1
                ? store ?? directory.appending(path: own).path
                : directory.appending(path: own).path
            do {
                requests += try await ScenarioRunner.run(scenario, storeAt: path) { report in
                    done += 1
                    if !report.ok { failed += 1 }
                    if json { try emitJSON(report) } else { try emit(printable(report.line)) }
                }
            } catch let error as ScenarioError {
                throw Failure("\(file): \(error)")
            }
        }
        if let record { try write(requests, to: record) }
        if !json { try emit("\(done) steps, \(failed) not as expected") }
        if keep, store == nil { printError("the stores are in \(printable(directory.path))") }
        if failed > 0 { throw ExitCode(1) }
    }

    private func write(_ requests: [RecordedRequest], to file: String) throws {
        let encoder = HubSnapshot.encoder()
        var data = Data()
        for request in requests { data += try encoder.encode(request) + Data("\n".utf8) }
        do {
            try data.write(to: URL(filePath: file))
        } catch {
            throw Failure("\(file) can't be written")
        }
    }

    /// Where the stores of several scenarios are, or that of one for which no place is named.
    private func directory(for count: Int) throws -> URL {
        let directory =
            (count > 1 ? store : nil).map { URL(filePath: $0) }
            ?? FileManager.default.temporaryDirectory.appending(
                path: "hubstore-scenario-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true)
        } catch {
            throw Failure("\(directory.path) can't be created")
        }
        return directory
    }
}
