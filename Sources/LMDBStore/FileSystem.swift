import CLMDB
import Glibc

/// This file and `FileSystem+Files.swift` are the only ones that make file system calls. Paths are passed to the system as they are.
package enum FileSystem {
    /// What a file is, whatever path led to it.
    package struct Identity: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64

        package init(device: UInt64, inode: UInt64) {
            self.device = device
            self.inode = inode
        }
    }

    /// Follows symbolic links; fails with `.notFound`.
    static func status(_ path: String) throws(StoreError) -> (identity: Identity, size: UInt64) {
        var status = stat()
        try check("stat", path, stat(path, &status))
        let identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        return (identity, UInt64(status.st_size))
    }

    /// The `f_type` of the file system which holds the path.
    static func type(_ path: String) throws(StoreError) -> UInt64 {
        var status = statfs()
        try check("statfs", path, statfs(path, &status))
        return UInt64(UInt32(truncatingIfNeeded: status.f_type))
    }

    /// NFS, SMB 1, CIFS, SMB 2, 9p, FUSE, AFS, Ceph: see statfs(2).
    package static func isRemote(type: UInt64) -> Bool {
        let remote: Set<UInt64> = [
            0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x0102_1997, 0x6573_5546, 0x5346_414F,
            0x00C3_6400,
        ]
        return remote.contains(type)
    }

    /// Whether next to nothing more can be written to the file system of the path.
    static func isFull(_ path: String) -> Bool {
        var status = statfs()
        guard statfs(path, &status) == 0 else { return false }
        return Int(status.f_bavail) * Int(status.f_bsize) < 1 << 20
    }

    /// Creates a directory of mode 0700 with a new name that starts with `prefix`.
    package static func makeTemporaryDirectory(prefix: String) throws(StoreError) -> String {
        var template = Array((prefix + "XXXXXX").utf8CString)
        let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) != nil }
        try check("mkdtemp", prefix, made ? 0 : -1)
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Removes the named files, where they exist, and then their directory.
    package static func remove(directory: String, files: [String]) {
        for file in files { unlink(directory + "/" + file) }
        rmdir(directory)
    }

    /// Moves a directory to a path where nothing is, or an empty directory.
    package static func rename(_ old: String, to new: String) throws(StoreError) {
        do {
            try check("rename", new, Glibc.rename(old, new))
        } catch {
            guard [EEXIST, ENOTEMPTY, ENOTDIR].contains(error.code) else { throw error }
            throw StoreError(
                .alreadyExists(path: new), call: error.call, code: error.code, text: error.text)
        }
    }

    /// Returns when the file or the directory is on the disk.
    package static func sync(_ path: String) throws(StoreError) {
        let file = try open(path)
        defer { close(file) }
        try check("fsync", path, fsync(file))
    }

    /// The bytes in the range, fewer at the end of the file.
    static func read(_ path: String, at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
        let file = try open(path)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let result = bytes.withUnsafeMutableBytes { buffer in
                pread(file, buffer.baseAddress! + done, count - done, off_t(offset + done))
            }
            if result < 0 && errno == EINTR { continue }
            try check("pread", path, result < 0 ? -1 : 0)
            if result == 0 { break }
            done += result
        }
        return Array(bytes.prefix(done))
    }

    static func open(_ path: String) throws(StoreError) -> Int32 {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        try check("open", path, file < 0 ? -1 : 0)
        return file
    }

    static func check(
        _ call: String, _ path: String, _ result: Int32
    ) throws(StoreError) {
        guard result != 0 else { return }
        let code = errno
        let reason: StoreError.Reason =
            switch code {
            case ENOENT, ENOTDIR: .notFound(path: path)
            default: .system(code)
            }
        throw StoreError(reason, call: call, code: code, text: String(cString: strerror(code)))
    }
}

extension StoreError.Reason {
    /// What an `errno` means to a caller.
    static func system(_ code: Int32) -> Self {
        switch code {
        case EACCES, EPERM, EROFS: .permissionDenied
        case ENOSPC, EDQUOT, EFBIG: .diskFull
        case ENOMEM: .outOfMemory
        default: .failed
        }
    }
}
