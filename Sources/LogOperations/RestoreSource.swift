import EventLog
import LMDBStore
import MLSCrypto

/// What a restoring begins with.
enum RestoreSource {
    /// The backup in a directory.
    case full(EventLog, directory: String)
    case stream(StreamReader)

    /// Opens a full backup, whose bytes are compared with its manifest, or a stream.
    init(_ path: String) throws(RestoreError) {
        self = try store { () throws(StoreError) in
            guard FileSystem.isDirectory(path) else {
                return .stream(try StreamReader.open(try InputFile(path).read))
            }
            let manifest = try BackupManifest(ofBackupIn: path)
            let data = try SHA256.hash(ofFile: path + "/" + Environment.dataFile)
            guard data == manifest.data else {
                throw StoreError(
                    .damaged(table: "backup", number: 0, what: "its data are not the manifest's"))
            }
            let log = try EventLog.open(at: path, access: .readOnly)
            guard BackupManifest(log.meta, try log.head(), data: data) == manifest else {
                throw StoreError(
                    .damaged(table: "backup", number: 0, what: "its log is not the manifest's"))
            }
            return .full(log, directory: path)
        }
    }

    var meta: Meta {
        switch self {
        case .full(let log, _): log.meta
        case .stream(let stream): Meta(origin: stream.header.origin, uuid: stream.header.uuid)
        }
    }

    func add(to builder: LogBuilder, rows: Bool) async throws(RestoreError) {
        do throws(StoreError) {
            switch self {
            case .full(let log, let directory):
                try await builder.add(copyOf: log, rows: rows)
                await log.close()
                // Opening it made a lock file.
                FileSystem.remove(file: directory + "/" + Environment.lockFile)
            case .stream(let stream):
                try await builder.add(stream, rows: rows)
            }
        } catch {
            throw .store(error)
        }
    }

    /// Adds an increment.
    static func add(
        _ path: String, to builder: LogBuilder, rows: Bool
    ) async throws(RestoreError) {
        do throws(StoreError) {
            let stream = try StreamReader.open(try InputFile(path).read)
            try await builder.add(stream, rows: rows)
        } catch {
            throw .store(error)
        }
    }
}
