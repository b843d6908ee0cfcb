import ArgumentParser
import StoreMeasurement

struct BenchAppend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "append",
        abstract: "Appends records, and compares it with as many rows of the same size.",
        discussion: "Both wait until everything is on the disk; callers share its transactions.")

    @Option(help: "Records.")
    var records: UInt64 = 20_000

    @Option(help: "How many callers wait for an answer at a time, each with a room of its own.")
    var writers: UInt64 = 64

    @Option(help: "Bytes of the evidence of each.")
    var evidence = 1500

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard writers > 0, records >= writers, (0...1 << 20).contains(evidence) else {
            throw ValidationError("There is a record of each writer, of at most a megabyte.")
        }
    }

    func run() async throws {
        let measured = try await withNewDirectory { directory in
            try await AppendMeasurement(
                records: records, writers: writers, evidenceSize: evidence, in: directory)
        }
        if json { return try emitJSON(measured) }
        try emit(
            "\(measured.records) records of \(measured.bytes) bytes by \(measured.writers) writers: "
                + "\(Int(measured.perSecond)) a second, floor \(Int(measured.floorPerSecond)), "
                + "ratio \((measured.ratio * 1000).rounded() / 1000)")
    }
}

struct BenchPolicy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Decides about changes of roles in a large room.",
        discussion: "Times are medians in microseconds of the processor.")

    @Option(help: "Users on the list.")
    var participants = 50_000

    @Option(help: "Decisions.")
    var decisions = 100

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard participants > 2, decisions > 0 else {
            throw ValidationError("There are at least 3 users and a decision.")
        }
    }

    func run() throws {
        let measured = try PolicyMeasurement(participants: participants, decisions: decisions)
        if json { return try emitJSON(measured) }
        try emit(
            "\(measured.participants) participants: a decision takes \(Int(measured.decisionUs)) µs, "
                + "\(Int(measured.perSecond)) a second; with the new list made "
                + "\(Int(measured.updateUs)) µs")
    }
}

struct BenchFanout: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fanout",
        abstract: "Sends messages to a room, and compares it with writing them for each provider.",
        discussion: """
            Times are medians in microseconds of the processor, of the whole process. The floor is one \
            transaction with a row of the same size for each provider.
            """)

    @Option(help: "Clients in the room, each of a user of its own.")
    var members = 1000

    @Option(help: "Providers that they are of.")
    var providers = 10

    @Option(help: "Messages.")
    var messages = 200

    @Option(help: "Bytes of a message's ciphertext.")
    var size = 1000

    @Option(help: "What keys follow from.")
    var seed: UInt64 = 1

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard members > 1, (1...members).contains(providers), messages > 0,
            (1...1 << 20).contains(size)
        else {
            throw ValidationError(
                "There are 2 clients, no more providers than clients, and messages of a megabyte at most."
            )
        }
    }

    func run() async throws {
        let measured = try await withNewDirectory { directory in
            try await FanoutMeasurement(
                members: members, providers: providers, messages: messages, size: size, seed: seed,
                in: directory)
        }
        if json { return try emitJSON(measured) }
        try emit(
            "\(measured.messages) messages of \(measured.bytes) bytes to \(measured.providers) "
                + "providers: \(Int(measured.cpuUs)) µs each, floor \(Int(measured.floorUs)), "
                + "ratio \((measured.ratio * 100).rounded() / 100), "
                + "\(Int(measured.deliveriesPerSecond)) deliveries a second")
    }
}
