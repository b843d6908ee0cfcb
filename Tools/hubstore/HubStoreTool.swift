import ArgumentParser

/// The command line: it parses arguments and prints; all else is in the libraries.
@main
struct HubStoreTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hubstore",
        abstract: "Follows MLS groups from outside and keeps, replays and exports their log.",
        subcommands: [
            Follow.self, Log.self, Show.self, State.self, Replay.self, Export.self, Import.self,
            AuditCommand.self, BackupCommand.self, RestoreCommand.self, CheckpointCommand.self,
            Redact.self, Rebuild.self, Compact.self, Doctor.self, Prove.self, WitnessCommand.self,
            Follow.self, Log.self, Show.self, State.self, Replay.self, Export.self, Import.self,
            AuditCommand.self, BackupCommand.self, RestoreCommand.self, CheckpointCommand.self,
            Redact.self, Rebuild.self, Compact.self, Doctor.self, Prove.self, WitnessCommand.self,
            KeyCommand.self, Passive.self, ScenarioCommand.self, Generate.self, Bench.self,
        ])

    /// Exits with 0 when everything held, 1 when an expectation or a check did not, 2 when the
    /// arguments or a file can't be used. Operations on whole stores say 3 when one can't be opened or
    /// written, and 4 when it is of a version that is not known.
    static func main() async {
        do {
            try checkArguments()
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            stop(failure.message, code: failure.code)
        } catch let code as ExitCode {
            exit(withError: code)
        } catch  where exitCode(for: error) == .success {
            exit(withError: error)
        } catch {
            stop(message(for: error), code: 2)
        }
    }

    /// Swift repairs arguments that are not text, which would make another path of a path.
    private static func checkArguments() throws {
        for place in 1..<max(Int(CommandLine.argc), 1) {
            guard let argument = CommandLine.unsafeArgv[place] else { continue }
            if String(validatingCString: argument) == nil {
                throw Failure("argument \(place) is not UTF-8 text")
            }
        }
    }

    private static func stop(_ message: String, code: Int32) -> Never {
        printError("hubstore: \(printable(message))")
        exit(withError: ExitCode(code))
    }
}

/// Arguments or a file that can't be used; the message is one line.
struct Failure: Error {
    let message: String
    /// The exit status.
    let code: Int32

    init(_ message: String, code: Int32 = 2) {
        self.message = message
        self.code = code
    }
}
