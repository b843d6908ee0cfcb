import ArgumentParser
import Glibc
import StoreRig

/// The command line of the storage half of the rig; see docs/reliability.md.
@main
struct StoreRigTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store-rig",
        abstract:
            "Lets a store lose power, calls, processes and space, and compares it with what was promised.",
        subcommands: [
            Record.self, Images.self, KillLoopCommand.self, FaultSweepCommand.self,
            PowerCutCommand.self,
            LimitsCommand.self, Judge.self, DamageCommand.self, Play.self,
            Hold.self,
        ])
}

struct WorkloadOptions: ParsableArguments {
    @Option(help: "What the rooms' members do follows from it.")
    var seed: UInt64 = 1

    @Option(help: "Rooms.")
    var rooms = 3

    @Option(help: "Records of all rooms together.")
    var records = 40

    @Option(help: "A file with what the members send; made where it is not there.")
    var script: String?

    @Flag(help: "The hub's time is the machine's.")
    var systemClock = false

    func workload() throws -> Workload {
        var workload: Workload
        if let script, access(script, F_OK) == 0 {
            workload = try Workload(rooms: rooms, records: records, seed: seed, savedAt: script)
        } else {
            workload = try Workload(rooms: rooms, records: records, seed: seed)
            if let script { try workload.save(to: script) }
        }
        workload.usesSystemClock = systemClock
        return workload
    }
}

/// Prints a line at once.
func say(_ line: String) {
    print(line)
    flushOutput()
}
