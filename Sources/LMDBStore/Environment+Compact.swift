import Glibc

extension Environment {
    /// Puts a compacting copy of the store in the place of its data file: what was deleted is not in it any
    /// more, nor in the file. Bytes can outlive this where the file system or the disk keeps old blocks.
    ///
    /// Nobody may have the store open, in this process or another; throws `.inUse` where someone has. At
    /// any moment the path holds one of the two files, whole.
    package static func compact(at path: String, options: EnvironmentOptions) throws(StoreError) {
        let data = path + "/" + dataFile
        let (parent, name) = FileSystem.split(path)
        let copy = try FileSystem.makeTemporaryDirectory(prefix: "\(parent)/.\(name).compact-")
        defer { FileSystem.remove(directory: copy, files: [dataFile, lockFile]) }
        let environment = try open(at: path, options: options)
        let transaction: UInt64
        do {
            // Before the copying, so that what is written from here on is noticed.
            transaction = try DataFile.lastTransaction(of: data)
            try environment.copy(to: copy, compacting: true)
        } catch {
            environment.abandon()
            throw error
        }
        environment.abandon()
        try FileSystem.holdingAlone(path + "/" + lockFile) { () throws(StoreError) in
            guard try DataFile.lastTransaction(of: data) == transaction else {
                throw StoreError(.inUse)
            }
            try FileSystem.rename(copy + "/" + dataFile, to: data)
            try FileSystem.sync(path)
        }
    }
}

extension FileSystem {
    /// Calls `body` while nobody has the environment of a lock file open: each that has holds a lock on
    /// the file's first byte. Throws `.inUse`.
    static func holdingAlone(
        _ path: String, _ body: () throws(StoreError) -> Void
    ) throws(StoreError) {
        let file = Glibc.open(path, O_RDWR | O_CLOEXEC)
        try check("open", path, file < 0 ? -1 : 0)
        defer { close(file) }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = 0
        lock.l_len = 1
        guard fcntl(file, F_SETLK, &lock) == 0 else {
            guard [EACCES, EAGAIN].contains(errno) else { return try check("fcntl", path, -1) }
            throw StoreError(.inUse)
        }
        try body()
    }
}
