import ArgumentParser
import StoreRig

/// The command line of the storage half of the rig; see docs/reliability.md.
@main
struct StoreRigTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store-rig",
        abstract:
            "Lets a store lose power, calls, processes and space, and compares it with what was promised.",
        subcommands: [Record.self, Images.self])
}

struct WorkloadOptions: ParsableArguments {
    @Option(help: "What the rooms' members do follows from it.")
    var seed: UInt64 = 1

    @Option(help: "Rooms.")
    var rooms = 3

    @Option(help: "Records of all rooms together.")
    var records = 40

    func workload() throws -> Workload {
        try Workload(rooms: rooms, records: records, seed: seed)
    }
}

/// Prints a line at once.
func say(_ line: String) {
    print(line)
    flushOutput()
}
