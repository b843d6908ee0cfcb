import Glibc

extension FileSystem {
    /// Makes a directory at a path where nothing is, or an empty directory, with what `fill` puts into
    /// a temporary directory beside it: at any moment the path holds nothing or all of it.
    ///
    /// `fill` syncs what it writes. If it throws, `files` are removed with the temporary directory; a
    /// crash can leave a directory `.NAME.new-XXXXXX`.
    package static func makeDirectory(
        at path: String, files: [String],
        _ fill: (_ temporary: String) throws(StoreError) -> Void
    ) throws(StoreError) {
        let (parent, name) = split(path)
        let temporary = try makeTemporaryDirectory(prefix: "\(parent)/.\(name).new-")
        do {
            try fill(temporary)
            try rename(temporary, to: path)
        } catch {
            remove(directory: temporary, files: files)
            throw error
        }
        try sync(parent)
    }

    /// Makes a directory with those above it, of mode 0700, where they are not there.
    package static func makeDirectories(_ path: String) throws(StoreError) {
        guard !isDirectory(path) else { return }
        let parent = split(path).parent
        if parent != path { try makeDirectories(parent) }
        let result = mkdir(path, 0o700)
        guard result != 0, errno == EEXIST else { return try check("mkdir", path, result) }
    }

    /// The directory that holds the path, and the last part of the path.
    package static func split(_ path: String) -> (parent: String, name: String) {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        guard let slash = path.lastIndex(of: "/") else { return (".", String(path)) }
        let parent = path[..<slash]
        return (parent.isEmpty ? "/" : String(parent), String(path[path.index(after: slash)...]))
    }

    /// Gives a file the mode 0600.
    static func restrict(_ path: String) throws(StoreError) {
        try check("chmod", path, chmod(path, 0o600))
    }

    package static func remove(file path: String) {
        unlink(path)
    }

    /// Whether there is a directory at the path.
    package static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}

/// A file that is read from its start.
package final class InputFile {
    private let path: String
    private let descriptor: Int32

    /// Throws `.notFound`.
    package init(_ path: String) throws(StoreError) {
        self.path = path
        descriptor = try FileSystem.open(path)
    }

    /// The standard input.
    package init() {
        path = "the standard input"
        descriptor = dup(STDIN_FILENO)
    }

    deinit {
        close(descriptor)
    }

    /// The next bytes, fewer than asked for only at the end of the file. Memory is taken as bytes come,
    /// whatever is asked for.
    package func read(_ count: Int) throws(StoreError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let part = try readPart(min(count - bytes.count, 1 << 20))
            if part.isEmpty { break }
            bytes += part
        }
        return bytes
    }

    private func readPart(_ count: Int) throws(StoreError) -> [UInt8] {
        var result = -1
        repeat {
            let part = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
                result = Glibc.read(descriptor, buffer.baseAddress, count)
                used = max(result, 0)
            }
            if result >= 0 { return part }
        } while errno == EINTR
        try FileSystem.check("read", path, -1)
        return []
    }
}

/// A file that is written from its start to its end.
package final class OutputFile {
    private let path: String
    private let descriptor: Int32

    /// Creates a file of mode 0600. Throws `.alreadyExists`.
    package init(creating path: String) throws(StoreError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 || errno != EEXIST else {
            throw StoreError(.alreadyExists(path: path), call: "open", code: EEXIST)
        }
        try FileSystem.check("open", path, descriptor < 0 ? -1 : 0)
    }

    /// The standard output.
    package init() {
        path = "the standard output"
        descriptor = dup(STDOUT_FILENO)
    }

    deinit {
        close(descriptor)
    }

    package func write(_ bytes: [UInt8]) throws(StoreError) {
        var done = 0
        while done < bytes.count {
            let result = bytes[done...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if result < 0, errno == EINTR { continue }
            try FileSystem.check("write", path, result < 0 ? -1 : 0)
            done += result
        }
    }

    /// Returns when all that was written is on the disk.
    package func sync() throws(StoreError) {
        try FileSystem.check("fsync", path, fsync(descriptor))
    }
}

extension FileSystem {
    /// Makes a file at a path where nothing is, with what `write` writes: at any moment the path holds
    /// nothing or all of it.
    package static func makeFile(
        at path: String, _ write: (OutputFile) throws(StoreError) -> Void
    ) throws(StoreError) {
        let (parent, name) = split(path)
        let temporary = try makeTemporaryDirectory(prefix: "\(parent)/.\(name).new-")
        defer { remove(directory: temporary, files: [name]) }
        let file = try OutputFile(creating: temporary + "/" + name)
        try write(file)
        try file.sync()
        // Unlike a renaming, a link replaces nothing.
        let result = link(temporary + "/" + name, path)
        guard result == 0 || errno != EEXIST else {
            throw StoreError(.alreadyExists(path: path), call: "link", code: EEXIST)
        }
        try check("link", path, result)
        try sync(parent)
    }

    /// Puts a file of mode 0600 in place of what is at the path: at any moment the path holds one of the
    /// two, whole.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(StoreError) {
        let (parent, name) = split(path)
        let temporary = try makeTemporaryDirectory(prefix: "\(parent)/.\(name).new-")
        defer { remove(directory: temporary, files: [name]) }
        let file = try OutputFile(creating: temporary + "/" + name)
        try file.write(bytes)
        try file.sync()
        try check("rename", path, Glibc.rename(temporary + "/" + name, path))
        try sync(parent)
    }

    /// The whole content of a file; throws `.tooLarge` above the limit.
    package static func contents(of path: String, limit: Int) throws(StoreError) -> [UInt8] {
        let bytes = try read(path, at: 0, count: limit + 1)
        guard bytes.count <= limit else {
            throw StoreError(.tooLarge(size: bytes.count, limit: limit))
        }
        return bytes
    }
}
