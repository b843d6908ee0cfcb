import EventLog
import LMDBStore
import MLSCrypto

/// Backups of a log, while writers go on: full ones, which are stores, and increments, which are
/// streams.
package enum Backup {
    /// What was written.
    package struct Report: Hashable, Sendable {
        /// Records that the backup holds: from `first` up to but not including `end.nextSequence`.
        package let first: UInt64
        package let end: Head
    }

    /// Writes a full backup to a path where nothing is, or an empty directory: a compacting copy of the
    /// store, and its manifest. All records of the copy are read and checked before it appears there.
    package static func full(
        of log: EventLog, to path: String
    ) throws(StoreError) -> Report {
        var report: Report?
        let files = [Environment.dataFile, Environment.lockFile, BackupManifest.fileName]
        try FileSystem.makeDirectory(at: path, files: files) { (temporary) throws(StoreError) in
            try log.copy(into: temporary)
            let (meta, head) = try check(temporary)
            // Opening it made a lock file.
            FileSystem.remove(file: temporary + "/" + Environment.lockFile)
            let data = try SHA256.hash(ofFile: temporary + "/" + Environment.dataFile)
            let manifest = BackupManifest(meta, head, data: data)
            guard BackupManifest(manifest.text) == manifest else {
                throw StoreError(.notAStore("its origin can't be written in one line"))
            }
            let file = try OutputFile(creating: temporary + "/" + BackupManifest.fileName)
            try file.write(Array(manifest.text.utf8))
            try file.sync()
            try FileSystem.sync(temporary)
            report = Report(first: 0, end: head)
        }
        guard let report else { preconditionFailure("a backup without a report") }
        return report
    }

    private static func check(_ directory: String) throws(StoreError) -> (Meta, Head) {
        let copy = try EventLog.open(at: directory, access: .readOnly)
        try copy.checkHead()
        return (copy.meta, try copy.head())
    }

    /// Writes what came after an earlier backup to a file at a path where nothing is: a stream of the
    /// records from there to the end, with all rows beside the log as they are now.
    ///
    /// Throws `.damaged` if the log does not have what was backed up.
    package static func increment(
        of log: EventLog, since: BackupPoint, to path: String
    ) throws(StoreError) -> Report {
        let before = try log.head(at: since.size)
        if let known = since.log {
            guard known.uuid == log.meta.uuid, known.root == before.frontier.root else {
                throw StoreError(
                    .damaged(
                        table: "log", number: since.size, what: "the backup is of another log"))
            }
        }
        var end: Head?
        try FileSystem.makeFile(at: path) { (file) throws(StoreError) in
            end = try log.export(from: since.size, withRows: true) { (bytes) throws(StoreError) in
                try file.write(bytes)
            }
        }
        guard let end else { preconditionFailure("a stream without an end") }
        return Report(first: since.size, end: end)
    }
}

/// Where an earlier backup ended.
package struct BackupPoint: Hashable, Sendable {
    struct Known: Hashable, Sendable {
        let uuid: [UInt8]
        let root: Digest32
    }

    let size: UInt64
    /// Nil if only the size is known.
    let log: Known?

    /// Behind so many records.
    package init(size: UInt64) {
        self.size = size
        log = nil
    }

    /// The end of a full backup, which is a directory, or of an increment, which is a file. All of an
    /// increment is read.
    package init(ofBackupAt path: String) throws(StoreError) {
        if FileSystem.isDirectory(path) {
            let manifest = try BackupManifest(ofBackupIn: path)
            size = manifest.size
            log = Known(uuid: manifest.uuid, root: manifest.root)
            return
        }
        let file = try InputFile(path)
        let stream = try StreamReader.open(file.read)
        var end = stream.header.before
        while let frame = try stream.next() {
            if case .end(let head) = frame { end = head }
        }
        size = end.nextSequence
        log = Known(uuid: stream.header.uuid, root: end.frontier.root)
    }
}
