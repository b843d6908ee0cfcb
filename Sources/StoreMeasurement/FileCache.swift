import Glibc
import LMDBStore

/// Pages that this process asked the system for: of files, and of memory that it had not used before.
struct PageFaults: Hashable, Sendable {
    /// Those that the system had in memory.
    let minor: Int
    /// Those that it had to read.
    let major: Int

    /// Since the process began.
    static var now: PageFaults {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return PageFaults(minor: usage.ru_minflt, major: usage.ru_majflt)
    }

    static func - (a: PageFaults, b: PageFaults) -> PageFaults {
        PageFaults(minor: a.minor - b.minor, major: a.major - b.major)
    }
}

/// What the system keeps of a file.
enum FileCache {
    /// Lets the system forget a file that nobody has open, so that it is read from the disk again.
    static func drop(_ path: String) throws(StoreError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw StoreError(.notFound(path: path)) }
        defer { close(file) }
        fsync(file)
        posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
    }
}
