import Foundation
import TestSupport
import Testing

/// A store that a hub wrote, exported by the command, and checked by programs that share no code with it.
@Suite struct RealStoreTests {
    @Test(
        .enabled(if: Checker.go.isAvailable, "\(Checker.go.reason)"))
    func goVerifiesAStore() throws { try verifyAStore(.go) }

    @Test(
        .enabled(if: Checker.pymerkle.isAvailable, "\(Checker.pymerkle.reason)"))
    func pymerkleVerifiesAStore() throws { try verifyAStore(.pymerkle) }

    /// A directory that grows with its log, receipts, and proofs of growth; and a witness that signs.
    private func verifyAStore(_ checker: Checker) throws {
        try withTemporaryDirectory { directory in
            let tool = Tool(directory: directory)
            try tool("generate", "store", "--records", "300", "--rooms", "5", "--seed", "1")
            let origin = try #require(
                try tool.object("doctor", "store", "--json")["origin"] as? String)
            let key = try tool("key", origin, "--out", "log.key")
            let witness = try tool("key", "w.example", "--witness", "--out", "witness.key")
            try tool("checkpoint", "store", "--key", "log.key", to: "first")
            try tool("export", "store", "--tiles", "tiles")
            // What the redaction takes from the log, no proof needs; and it makes the log one longer.
            try tool("redact", "--store", "store", "20", "--reason", "a test")
            try tool("checkpoint", "store", "--key", "log.key", to: "second")
            try tool("export", "store", "--tiles", "tiles")

            let proofs = directory.appending(path: "tiles/proof")
            try FileManager.default.createDirectory(at: proofs, withIntermediateDirectories: true)
            for index in [0, 20, 255, 256, 300] {
                try tool(
                    "prove", "--store", "store", "\(index)", to: "tiles/proof/\(index).tlog-proof")
            }
            try tool(
                "witness", "request", "store", "--old", "300",
                to: "tiles/proof/300-301.add-checkpoint")
            try tool.copy("first", to: "tiles/proof/300.checkpoint")
            try tool.copy("second", to: "tiles/proof/301.checkpoint")
            let verdict = try checker.check(directory.appending(path: "tiles"), key: key)
            #expect(verdict.status == 0, "\(verdict.error)")
            #expect(verdict.counts["entries"] == 301)
            #expect(verdict.counts["tlog-proof"] == 5)
            #expect(verdict.counts["add-checkpoint"] == 1)

            // The witness saw nothing so far: it takes the first request from 0 only.
            try tool("witness", "request", "store", to: "request")
            try tool(
                "witness", "cosign", "request", "--log", key, "--key", "witness.key", "--state",
                "witness.state", to: "signature")
            let signed = try tool(
                "witness", "add", "--store", "store", "signature", "--witness", witness)
            #expect(signed.contains("— w.example "))
            let again = try tool.run(
                "witness", "cosign", "request", "--log", key, "--key", "witness.key", "--state",
                "witness.state")
            #expect(again.status == 1)
            try tool("audit", "store", "--full", "--checkpoint", "second", "--key", key)

            // Another history of the same name is signed by nobody who knows the anchor.
            try FileManager.default.removeItem(at: directory.appending(path: "store"))
            try tool("generate", "store", "--records", "300", "--rooms", "5", "--seed", "2")
            let refused = try tool.run("checkpoint", "store", "--key", "log.key")
            #expect(refused.status == 2 && refused.error.contains("rolled back"))
            let found = try tool.run("audit", "store", "--quick", "--checkpoint", "first")
            #expect(found.status == 1 && found.output.contains("fork"))
        }
    }
}

/// The command beside the test's own executable, in a directory.
private struct Tool {
    let directory: URL

    struct Run {
        let status: Int32
        let output: String
        let error: String
    }

    func run(_ arguments: String...) throws -> Run { try run(arguments) }

    private func run(_ arguments: [String]) throws -> Run {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0])
            .deletingLastPathComponent().appending(path: "hubstore")
        process.arguments = arguments
        process.currentDirectoryURL = directory
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        let problem = try error.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Run(
            status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
            error: String(decoding: problem, as: UTF8.self))
    }

    /// Runs the command, which must succeed; returns its output, or puts it into a file.
    @discardableResult
    func callAsFunction(_ arguments: String..., to file: String? = nil) throws -> String {
        let run = try run(arguments)
        try #require(run.status == 0, "\(arguments): \(run.error)\(run.output)")
        if let file {
            try Data(run.output.utf8).write(to: directory.appending(path: file))
        }
        return run.output.trimmingCharacters(in: .newlines)
    }

    func object(_ arguments: String...) throws -> [String: Any] {
        let run = try run(arguments)
        let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        return try #require(object as? [String: Any])
    }

    func copy(_ file: String, to other: String) throws {
        try Data(contentsOf: directory.appending(path: file))
            .write(to: directory.appending(path: other))
    }
}
