import ArgumentParser
import StoreRig

struct KillLoopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill-loop", abstract: "Kills a hub that writes, again and again.")

    @OptionGroup var options: WorkloadOptions

    @Option(help: "How often.")
    var kills = 1000

    @Option(help: "A directory for the store.")
    var work: String

    func run() async throws {
        let work = try WorkDirectory(work)
        var loop = KillLoop(
            try options.workload(), arguments: options.play, seed: options.seed, work: work)
        do {
            let counts = try await loop.run(kills: kills)
            try work.remove()
            say(
                "\(counts.kills) kills, \(counts.beforeTheStore) of them before there was a store, "
                    + "\(counts.tooLate) after everything was written")
            say(
                "\(counts.acknowledged) acknowledgements, \(counts.stores) stores, "
                    + "\(counts.replays) replayed as a whole")
        } catch let finding as RigFinding {
            say("FOUND \(finding); the store is in \(work.path)")
            throw ExitCode(1)
        }
    }
}

struct Play: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plays what a store lacks; for the parts that stop it.", shouldDisplay: false)

    @OptionGroup var options: WorkloadOptions

    @Flag(help: "Make the store, and compact it half-way.")
    var whole = false

    @Option(help: "The most records that a room gets.")
    var most = Int.max

    @Argument(help: "The store.")
    var store: String

    func run() async throws {
        try await PlayedStore.run(options.workload(), at: store, isWhole: whole, most: most)
    }
}

struct FaultSweepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fault-sweep",
        abstract: "Lets every call fail by which a hub changes its files.")

    @OptionGroup var options: WorkloadOptions

    @Option(help: "A directory for the store, that the loaded library watches.")
    var work: String

    func run() async throws {
        let work = try WorkDirectory(work)
        do {
            var sweep = try FaultSweep(options.workload(), work: work)
            let counts = try await sweep.run()
            say("\(counts.calls) calls in a run without faults")
            say("runs: \(counts.runs.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })")
            say(
                "the caller was told in \(counts.told) of them, \(counts.repeated) steps were repeated, "
                    + "\(counts.reopened) after the store was opened again")
            say(
                "errors: \(counts.errors.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })"
            )
            say(
                "killed at each of \(try await sweep.runKills(arguments: options.play + ["--whole"])) calls"
            )
            try work.remove()
        } catch let finding as RigFinding {
            say("FOUND \(finding); the store is in \(work.path)")
            throw ExitCode(1)
        }
    }
}

extension WorkloadOptions {
    /// The arguments by which this program plays the workload; the store's path is to be added.
    var play: [String] {
        ["play", "--seed", "\(seed)", "--rooms", "\(rooms)", "--records", "\(records)"]
            + (script.map { ["--script", $0] } ?? [])
    }
}

struct PowerCutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "power-cut",
        abstract: "Cuts the power of a file system on which a hub writes, again and again.")

    @OptionGroup var options: WorkloadOptions

    @Option(help: "How often.")
    var cuts = 300

    @Option(help: "The device, with a file system.")
    var device: String

    @Option(help: "The kind of the file system.")
    var fileSystem: String

    @Option(help: "Where it is to be mounted.")
    var mountPoint: String

    func run() async throws {
        let mount = try PowerCutMount(device: device, at: mountPoint, fileSystem: fileSystem)
        let work = try WorkDirectory(mountPoint + "/rig")
        var loop = KillLoop(
            try options.workload(), arguments: options.play, seed: options.seed, work: work,
            mount: mount)
        do {
            let counts = try await loop.run(kills: cuts)
            say(
                "\(fileSystem): \(counts.kills) power cuts, "
                    + "\(counts.cuts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }), "
                    + "\(counts.beforeTheStore) of them before there was a store, "
                    + "\(counts.tooLate) after everything was written")
            say(
                "\(counts.acknowledged) acknowledgements, \(counts.stores) stores, "
                    + "\(counts.replays) replayed as a whole")
            try mount.unmount()
        } catch let finding as RigFinding {
            say("FOUND \(finding); the store is in \(work.path)")
            throw ExitCode(1)
        }
    }
}
