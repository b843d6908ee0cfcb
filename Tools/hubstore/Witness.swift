import ArgumentParser
import EventLog
import LogOperations
import TransparencyLog

struct WitnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Lets others sign that they saw a log grow (C2SP tlog-witness), by files.",
        subcommands: [Request.self, Cosign.self, Add.self])

    struct Request: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints what a witness is asked: the newest checkpoint, and its proof.")

        @OptionGroup var options: StoreOptions

        @Option(help: "Records of the log that the witness signed last.")
        var old: UInt64 = 0

        func run() throws {
            let log = try options.openLog(.readOnly)
            guard let newest = try? log.latestCheckpoint(),
                let signed = try? SignedCheckpoint(parsing: newest.note)
            else { throw Failure("the store has no checkpoint; hubstore checkpoint signs one") }
            guard let proof = try? log.consistencyProof(from: old, to: newest.size) else {
                throw Failure("the checkpoint is of \(newest.size) records, fewer than \(old)")
            }
            try emitText(AddCheckpoint(oldSize: old, proof: proof, signed: signed).encoded)
        }
    }

    struct Cosign: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Answers a request as a witness: a signature line, or why there is none.",
            discussion: "Exit status: 0 signed, 1 refused.")

        @Argument(help: "The request.")
        var request: String

        @Option(help: "The verifier key of a log that is witnessed; may be given more than once.")
        var log: [String]

        @Option(help: "The file of the witness' private key.")
        var key: String

        @Option(help: "The file of what was signed last.")
        var state: String

        func run() throws {
            let bytes = try readInput(request) { Array($0) }
            let request: AddCheckpoint
            do {
                request = try AddCheckpoint(parsing: bytes)
            } catch {
                throw Failure("\(self.request): \(error)")
            }
            let key = try readSignerKey(key)
            guard key.verifier.type == .cosignature else {
                throw Failure("\(self.key) is no key of a witness")
            }
            do {
                let (answer, signature) = try WitnessFile(at: state).answer(
                    request, logs: try log.map(readVerifierKey), with: key, at: secondsNow())
                guard let signature else {
                    printError("hubstore: \(answer)")
                    throw ExitCode(1)
                }
                try emitText(Array(signature.line.utf8))
            } catch let problem as WitnessFile.Problem {
                throw Failure("\(state): \(problem)")
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keeps the signatures of witnesses with the newest checkpoint, and prints it."
        )

        @OptionGroup var options: ProofStore

        @Argument(help: "Files of signature lines.")
        var signatures: [String]

        @Option(help: "The verifier key of a witness; may be given more than once.")
        var witness: [String]

        func run() async throws {
            let lines = try signatures.flatMap { file in
                let bytes = try readInput(file) { Array($0) }
                guard let lines = NoteSignature.lines(parsing: bytes) else {
                    throw Failure("\(file) holds no signature lines")
                }
                return lines
            }
            let log = try openLog(options.store, .readWrite)
            guard let newest = try? log.latestCheckpoint() else {
                throw Failure("the store has no checkpoint")
            }
            do {
                let signed = try await log.add(
                    lines, by: try witness.map(readVerifierKey), toCheckpointOf: newest.size)
                guard let signed else { throw Failure("the newest checkpoint can't be read") }
                await log.close()
                try emitText(signed.encoded)
            } catch let error as AnchorError {
                throw Failure("\(error)")
            }
        }
    }
}
