import ArgumentParser
import StoreRig

/// Under the recorder: makes a store, lets members use it, and says what they were told.
struct Record: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a store whose files a recorder watches.")

    @OptionGroup var options: WorkloadOptions

    @Option(help: "The store, where nothing is.")
    var store: String

    @Option(help: "The file for what members were told.")
    var marks: String

    func run() async throws {
        let marks = try MarkFile(marks)
        try await options.workload().run(at: store) { try marks.write($0) }
    }
}

struct Images: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Opens what power cuts may leave of a recorded store.")

    @OptionGroup var options: WorkloadOptions

    @Option(help: "The record.")
    var trace: String

    @Option(help: "The store that was made.")
    var store: String

    @Option(help: "Images that are to be unlike each other.")
    var target = 20_000

    @Option(help: "Which part of the images, as in 0/2.")
    var share = "0/1"

    @Option(help: "A directory in memory for the images.")
    var work: String

    @Option(help: "A directory for images of which something is found.")
    var keep: String

    @Flag(help: "As if every record had been acknowledged before it was committed.")
    var acknowledgeEarly = false

    func run() async throws {
        let parts = share.split(separator: "/").compactMap { UInt64($0) }
        guard parts.count == 2, parts[0] < parts[1] else { throw ValidationError("share") }
        var trace = try Trace(at: trace)
        if acknowledgeEarly { trace = trace.acknowledgingEarly() }
        var images = CrashImages(
            trace, try options.workload(), comparedWith: try Reference(of: store),
            seed: options.seed, target: target / Int(parts[1]), share: (parts[0], parts[1]),
            work: try WorkDirectory(work), keep: keep, report: say)
        let counts = try await images.run()
        try WorkDirectory(work).remove()
        say(
            "images \(counts.images) of \(counts.places) places behind \(counts.operations) operations"
        )
        say(
            "plain \(counts.plain), thorough \(counts.thorough), random "
                + "\(counts.images - counts.plain - counts.thorough)")
        say(
            "torn \(counts.torn), growth otherwise \(counts.grownOtherwise), earlier names "
                + "\(counts.otherNames), without a store yet \(counts.withoutStore)")
        say(
            "contents \(counts.contents), replayed as a whole \(counts.replays), findings "
                + "\(counts.findings)")
        if counts.findings > 0 { throw ExitCode(1) }
    }
}
