import ArgumentParser
import Glibc
import LMDBStore
import LogAudit
import PresentationLanguage

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
        let check = try operation(options.path) { () throws(StoreError) in
            try PageCheck(at: options.path)
        }
        for page in check.findings {
            let finding = AuditFinding(
                .page, seq: page.record, expected: "pages that fit together", actual: "\(page)")
            if json { try emitJSON(finding) } else { try emit(printable("\(finding)")) }
        }
        return check.findingCount == 0
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

extension PageFinding {
    /// The record whose rows are there, where the table's keys begin with it.
    fileprivate var record: UInt64? {
        guard case .table(let name)? = tree, ["log", "payload"].contains(name), let key else {
            return nil
        }
        return try? UInt64(parsing: Array(key.prefix(8)))
    }
}
