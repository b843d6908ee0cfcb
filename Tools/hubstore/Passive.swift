import ArgumentParser
import FoundationEssentials
import Transcript

struct Passive: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lets clients follow their groups, and compares every epoch's authenticator.",
        discussion: "The files are in the format of the MLS working group's passive-client vectors."
    )

    @Argument(help: "Files of passive clients.")
    var files: [String]

    @Flag(help: "Print one JSON object per epoch.")
    var json = false

    func run() throws {
        var epochs = 0
        var failed = 0
        func print(_ report: PassiveClientReport) throws {
            epochs += 1
            if !report.ok { failed += 1 }
            if json { try emitJSON(report) } else { try emit(printable(report.line)) }
        }
        for file in files {
            let clients = try readInput(file) { try PassiveClientFile(json: $0).clients }
            let name = URL(filePath: file).lastPathComponent
            for (index, client) in clients.enumerated() {
                var run = PassiveClientRun(client, name: "\(name) \(index)")
                try print(run.start())
                while let report = run.step() { try print(report) }
            }
        }
        if !json { try emit("\(epochs) epochs, \(failed) not as expected") }
        if failed > 0 { throw ExitCode(1) }
    }
}
