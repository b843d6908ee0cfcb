import Foundation
import TestSupport

/// A program that checks a directory of a log and shares no code with the one that wrote it; see `checkers` beside
/// this file.
enum Checker: CaseIterable {
    /// Go's `sumdb` packages.
    case go
    /// PyPI `pymerkle`, and `openssl` for the signatures.
    case pymerkle

    private static let environment = ProcessInfo.processInfo.environment

    /// Whether `Tools/test` says where the checker is.
    var isAvailable: Bool { !command.isEmpty }

    /// Why it is not.
    var reason: String {
        switch self {
        case .go: "SKIPPED: LOG_CHECKER names no program; Tools/test sets it"
        case .pymerkle:
            Self.environment["PYMERKLE_SKIPPED"].map { "SKIPPED: \($0)" }
                ?? "SKIPPED: PYMERKLE_PYTHON names no Python; Tools/test sets it"
        }
    }

    private var command: [String] {
        switch self {
        case .go:
            return Self.environment["LOG_CHECKER"].map { [$0] } ?? []
        case .pymerkle:
            let script = projectRoot.appending(path: "Tests/ThirdPartyTests/checkers")
                .appending(path: "pymerkle-checker").path
            return Self.environment["PYMERKLE_PYTHON"].map { [$0, script] } ?? []
        }
    }

    /// What the checker says of a directory.
    struct Verdict {
        let status: Int32
        /// What was checked and how many of it; empty if something is wrong.
        let counts: [String: Int]
        let error: String
    }

    func check(_ directory: URL, key: String) throws -> Verdict {
        let process = Process()
        let output = Pipe()
        let error = Pipe()
        process.executableURL = URL(filePath: command[0])
        process.arguments = command.dropFirst() + [directory.path, key]
        process.standardOutput = output
        process.standardError = error
        try process.run()
        // Both write a few lines only, which a pipe holds.
        process.waitUntilExit()
        let lines = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            .split(separator: "\n").map { $0.split(separator: " ") }
        return Verdict(
            status: process.terminationStatus,
            counts: Dictionary(
                uniqueKeysWithValues: lines.map { (String($0[0]), Int($0[1]) ?? -1) }),
            error: String(
                decoding: error.fileHandleForReading.availableData, as: UTF8.self))
    }
}
