import ArgumentParser
import Glibc
import LogAudit

extension AuditCommand {
    /// Checks the pages, then lets another process read the store: whatever a damaged file does to
    /// liblmdb ends that process only, and is a finding.
    func superviseAudit() throws {
        guard try checkPages() else { throw ExitCode(1) }
        let status = try Self.runAgain(with: "--in-own-process")
        let signal = status & 0x7f
        guard signal == 0 else {
            let name = strsignal(signal).map { String(cString: $0) } ?? "signal \(signal)"
            let finding = AuditFinding(
                .crash, expected: "a process that reads the store to its end", actual: name)
            if json { try emitJSON(finding) } else { try emit(printable("\(finding)")) }
            throw ExitCode(1)
        }
        throw ExitCode((status >> 8) & 0xff)
    }

    /// Returns whether liblmdb may look at the file.
    private func checkPages() throws -> Bool {
        true
    }

    /// Runs this program with the same arguments and one more; returns its wait status.
    private static func runAgain(with argument: String) throws -> Int32 {
        let arguments = CommandLine.arguments + [argument]
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var process = pid_t()
        let code = posix_spawn(&process, "/proc/self/exe", nil, nil, &pointers, environ)
        guard code == 0 else {
            throw Failure("the program can't be started again: \(String(cString: strerror(code)))")
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else {
                throw Failure("the program's end is not known: \(String(cString: strerror(errno)))")
            }
        }
        return status
    }
}
