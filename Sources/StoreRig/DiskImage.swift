import Glibc
import LMDBStore

/// Files and directories as a crash may leave them.
package struct DiskImage {
    /// Those that hold others first.
    var directories: [String] = []
    package var files: [(path: String, bytes: [UInt8])] = []

    var hash: UInt64 {
        var hash = ContentHash()
        for directory in directories { hash.add(Array(directory.utf8)) }
        for (path, bytes) in files {
            hash.add(Array(path.utf8))
            hash.add(bytes)
        }
        return hash.value
    }

    package func bytes(of path: String) -> [UInt8]? { files.first { $0.path == path }?.bytes }

    /// Puts the image into a directory that is there, and empty.
    func write(to root: String) throws {
        for directory in directories {
            guard mkdir("\(root)/\(directory)", 0o700) == 0 else {
                throw RigError("mkdir \(root)/\(directory): \(String(cString: strerror(errno)))")
            }
        }
        for (path, bytes) in files {
            try OutputFile(creating: "\(root)/\(path)").write(bytes)
        }
    }
}
