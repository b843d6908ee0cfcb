import Foundation
import Glibc
import TestSupport

/// A run of the `hubstore` command.
struct Command {
    let status: Int32
    let output: String
    let error: String
    /// Peak resident memory in bytes.
    let peakMemory: Int

    /// The command beside the test's own executable.
    static let executable = URL(filePath: CommandLine.arguments[0])
        .deletingLastPathComponent().appending(path: "hubstore").path

    /// Runs the command to its end.
    init(_ arguments: String...) throws {
        try self.init(arguments)
    }

    init(_ arguments: [String]) throws {
        self = try withTemporaryDirectory { try Command(arguments, outputIn: $0) }
    }

    /// Runs a line of shell.
    init(shell line: String) throws {
        self = try withTemporaryDirectory {
            try Command(["-c", line], of: "/bin/sh", outputIn: $0)
        }
    }

    private init(
        _ arguments: [String], of executable: String = Self.executable, outputIn directory: URL
    ) throws {
        let outputFile = directory.appending(path: "output").path
        let errorFile = directory.appending(path: "error").path

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, outputFile, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorFile, O_WRONLY | O_CREAT, 0o600)
        var words = ([executable] + arguments).map { strdup($0) } + [nil]
        defer {
            for word in words { free(word) }
        }
        var process = pid_t()
        let result = posix_spawn(&process, executable, &actions, nil, &words, environ)
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: result) ?? .EIO) }
        // The kernel keeps fifteen bytes of it.
        let name = String(URL(filePath: executable).lastPathComponent.prefix(15))
        var waited: Int32 = 0
        var peak = 0
        while true {
            peak = max(peak, Self.peakMemory(of: process, named: name))
            let ended = waitpid(process, &waited, WNOHANG)
            if ended == process { break }
            guard ended == 0 else { throw POSIXError(.ECHILD) }
            usleep(200)
        }
        // A signal is reported as its negative number.
        status = waited & 0x7f == 0 ? waited >> 8 & 0xff : -(waited & 0x7f)
        peakMemory = peak
        output = try String(contentsOfFile: outputFile, encoding: .utf8)
        error = try String(contentsOfFile: errorFile, encoding: .utf8)
    }

    /// The peak so far of a running process, in bytes; 0 until it has an address space of its own.
    /// (What wait4 tells of a spawned process counts the memory of the one that spawned it, and so does
    /// the kernel until the new program has its name.)
    private static func peakMemory(of process: pid_t, named name: String) -> Int {
        guard
            let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            status.hasPrefix("Name:\t\(name)\n"),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return 0 }
        return kibibytes * 1024
    }

    /// The output's lines as JSON objects.
    func objects() throws -> [[String: Any]] {
        try output.split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }
    }
}
