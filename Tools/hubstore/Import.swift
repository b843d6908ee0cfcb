import ArgumentParser
import EventLog
import LMDBStore
import LogOperations
import PresentationLanguage

struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Makes a store from a stream, or adds a stream's records to one that it continues.",
        discussion: "A stream proves every byte of its log; see docs/streams.md.")

    @Argument(help: "The stream; - for the standard input, which makes new stores only.")
    var file: String

    @Option(help: "The directory of the store.")
    var to: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard !file.isEmpty, !to.isEmpty else { throw ValidationError("A path is empty.") }
    }

    func run() async throws {
        CrashGuard.install()
        let imported: Imported
        do throws(RestoreError) {
            let existing = file == "-" ? nil : try existingStore()
            if let log = existing {
                let file = file
                imported = try await StreamImport.add(to: log) { () throws(StoreError) in
                    try InputFile(file).read
                }
                await log.close()
            } else {
                let input = try input()
                imported = try await StreamImport.run(input.read, at: to)
            }
        } catch {
            throw Failure(file, error)
        }
        let summary = LogSummary(
            origin: imported.origin, uuid: hex(imported.uuid), records: imported.count,
            imported.head)
        if json { try emitJSON(summary) } else { try emit(printable(summary.line)) }
    }

    private func input() throws(RestoreError) -> InputFile {
        do throws(StoreError) {
            return file == "-" ? InputFile() : try InputFile(file)
        } catch {
            throw .store(error)
        }
    }

    private func existingStore() throws(RestoreError) -> EventLog? {
        do throws(StoreError) {
            return try EventLog.open(at: to, access: .readWrite)
        } catch {
            guard case .notFound = error.reason else { throw .store(error) }
            return nil
        }
    }
}
