import ArgumentParser
import StoreRig

struct Judge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Replays a store as a whole, and goes on with it.")

    @OptionGroup var options: WorkloadOptions

    @Argument(help: "The store.")
    var store: String

    func run() async throws {
        var promises = Promises()
        promises.add(.store)
        try await judge(store, promises, try options.workload(), comparedWith: nil)
    }
}

struct DamageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "damage",
        abstract: "Damages a copy of a store as a bug would, and replays it.")

    @OptionGroup var options: WorkloadOptions

    @Flag(help: "Print what damages there are, but for none.")
    var list = false

    @Option(help: "The store, which the recorded workload made.")
    var store = ""

    @Option(help: "A directory for the copy.")
    var work = ""

    @Argument(help: "The damage.")
    var damage = StoreDamage.nothing.rawValue

    func run() async throws {
        if list {
            for damage in StoreDamage.allCases where damage != .nothing { say(damage.rawValue) }
            return
        }
        guard let damage = StoreDamage(rawValue: damage) else { throw ValidationError("damage") }
        let work = try WorkDirectory(work)
        let reference = try Reference(of: store)
        let promises = try Promises(whatHolds: store)
        let copy = work.path + "/store"
        try await damage.apply(toCopyOf: store, at: copy)
        try await judge(copy, promises, try options.workload(), comparedWith: reference)
        try work.remove()
    }
}

private func judge(
    _ store: String, _ promises: Promises, _ workload: Workload,
    comparedWith reference: Reference?
) async throws {
    do throws(RigFinding) {
        try await StoreJudgement(workload).replay(store, promises, comparedWith: reference)
    } catch {
        say("FOUND \(error)")
        throw ExitCode(1)
    }
    say("everything holds")
}
