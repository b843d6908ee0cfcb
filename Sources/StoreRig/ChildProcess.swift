import Glibc

/// This program once more, or another, in a process of its own.
package final class ChildProcess {
    private let process: pid_t
    private let output: Int32
    private var hasEnded = false

    /// Starts it with its standard output in a pipe. `environment` is added to this process's; a program other
    /// than this is looked for as a shell does.
    package init(
        _ arguments: [String], of program: String = "/proc/self/exe",
        environment: [String: String] = [:]
    ) throws {
        var pipe: [Int32] = [-1, -1]
        guard Glibc.pipe(&pipe) == 0 else { throw RigError("pipe: \(Self.errorText)") }
        defer { close(pipe[1]) }
        for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO)
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var variables = Self.variables(environment).map { strdup($0) } + [nil]
        defer { for word in words + variables { free(word) } }
        var process = pid_t()
        let code = posix_spawnp(&process, program, &actions, nil, &words, &variables)
        guard code == 0 else {
            close(pipe[0])
            throw RigError("\(program): \(String(cString: strerror(code)))")
        }
        self.process = process
        output = pipe[0]
    }

    deinit {
        if !hasEnded { kill() }
        close(output)
    }

    private static func variables(_ added: [String: String]) -> [String] {
        var variables: [String] = []
        var next = environ
        while let variable = next.pointee {
            let text = String(cString: variable)
            if added[String(text.prefix { $0 != "=" })] == nil { variables.append(text) }
            next += 1
        }
        return variables + added.map { "\($0.key)=\($0.value)" }
    }

    private static var errorText: String { String(cString: strerror(errno)) }

    /// What it printed next; empty at the end, or after so many milliseconds without anything.
    package func read(within milliseconds: Int32 = -1) -> [UInt8] {
        var waiting = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, milliseconds) > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            count = max(Glibc.read(output, buffer.baseAddress, buffer.count), 0)
        }
    }

    /// Everything that it prints until it ends.
    package func readAll() -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let part = read()
            if part.isEmpty { return all }
            all += part
        }
    }

    /// Stops it at once, wherever it is, and waits for its end.
    package func kill() {
        Glibc.kill(process, SIGKILL)
        _ = wait()
    }

    /// Runs a program to its end; throws where it fails.
    static func run(_ program: String, _ arguments: [String]) throws {
        let child = try ChildProcess(arguments, of: program)
        _ = child.readAll()
        let end = child.wait()
        guard end == .exited(0) else {
            throw RigError("\(([program] + arguments).joined(separator: " ")): \(end)")
        }
    }

    package enum End: Hashable {
        case exited(Int32)
        case killed(by: Int32)
    }

    /// Waits for its end.
    package func wait() -> End {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        hasEnded = true
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .killed(by: signal)
    }
}
