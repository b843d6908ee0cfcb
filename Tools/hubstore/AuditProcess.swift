import ArgumentParser
import EventLog
import FoundationEssentials
import Glibc
import LMDBStore
import LogAudit
import LogOperations
import PresentationLanguage

extension AuditCommand {
    /// Checks the pages, then lets another process read the store: whatever a damaged file does to
    /// liblmdb ends that process only, and is a finding.
    func superviseAudit() async throws {
        guard !FileSystem.isDirectory(options.path), access(options.path, F_OK) == 0 else {
            return try superviseAudit(of: options.path)
        }
        // An export: the store that it makes.
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "hubstore-audit-\(getpid())")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let store = directory.appending(path: "store").path
        do throws(RestoreError) {
            _ = try await StreamImport.run(input(options.path).read, at: store)
        } catch {
            let failure = Failure(options.path, error)
            guard failure.code == 1 else { throw failure }
            let finding = AuditFinding(
                .unreadable, expected: "a stream that makes a log", actual: "\(error)")
            if json { try emitJSON(finding) } else { try emit(printable("\(finding)")) }
            throw ExitCode(1)
        }
        try superviseAudit(of: store)
    }

    private func input(_ path: String) throws(RestoreError) -> InputFile {
        do throws(StoreError) { return try InputFile(path) } catch { throw .store(error) }
    }

    private func superviseAudit(of store: String) throws {
        guard try checkPages(of: store) else { throw ExitCode(1) }
        let status = try runAgain(on: store)
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
    private func checkPages(of store: String) throws -> Bool {
        let check = try operation(store) { () throws(StoreError) in
            try PageCheck.besideWriters(at: store)
        }
        for page in check.findings {
            let finding = AuditFinding(
                .page, seq: page.record, expected: "pages that fit together", actual: "\(page)")
            if json { try emitJSON(finding) } else { try emit(printable("\(finding)")) }
        }
        return check.findingCount == 0
    }

    /// Runs this program with the same arguments on a store, as the process that liblmdb may end; returns
    /// its wait status.
    private func runAgain(on store: String) throws -> Int32 {
        let arguments =
            CommandLine.arguments.map { $0 == options.path ? store : $0 } + ["--in-own-process"]
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
