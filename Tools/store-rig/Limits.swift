import ArgumentParser
import StoreRig

struct LimitsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limits", abstract: "A store where something ends; one at a time.")

    enum Limit: String, ExpressibleByArgument, CaseIterable {
        case fileSize = "file-size"
        case fullDisk = "full-disk"
        case memory
        case killedReaders = "killed-readers"
        case threeProcesses = "three-processes"
    }

    @OptionGroup var options: WorkloadOptions

    @Argument(help: "What is limited.")
    var limit: Limit

    @Option(help: "A directory for the store.")
    var work: String

    @Option(help: "Of memory: the size of the log.")
    var megabytes: UInt64 = 256

    func run() async throws {
        let work = try WorkDirectory(work)
        var limits = StoreLimits(try options.workload(), work: work)
        do {
            let text: String =
                switch limit {
                case .fileSize: try await limits.fileSize()
                case .fullDisk: try await limits.fullDisk()
                case .memory: try await limits.memory(megabytes: megabytes)
                case .killedReaders:
                    try await limits.killedReaders(5, arguments: ["read", "--hold"])
                case .threeProcesses:
                    try await limits.threeProcesses(play: options.play, read: ["read"])
                }
            say("\(limit.rawValue): \(text)")
            try work.remove()
        } catch let finding as RigFinding {
            say("FOUND \(limit.rawValue): \(finding); the store is in \(work.path)")
            throw ExitCode(1)
        }
    }
}

struct Hold: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read", abstract: "Reads a store; for the parts that need somebody who does.",
        shouldDisplay: false)

    @Flag(help: "Hold a snapshot until killed.")
    var hold = false

    @Argument(help: "The store.")
    var store: String

    func run() throws {
        if hold { try StoreReader.hold(store) } else { try StoreReader.count(store) }
    }
}
