import Glibc
import LMDBStore

/// What the system did for this process since it began.
struct Effort: Hashable, Sendable {
    /// Times that a page was touched which this process had not mapped. The system then maps others
    /// beside it that it has in memory.
    let faults: Int
    /// Read from the disk, with what the system reads ahead; 0 where it does not say.
    let diskBytes: Int

    static var now: Effort {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return Effort(faults: usage.ru_minflt + usage.ru_majflt, diskBytes: readBytes ?? 0)
    }

    static func - (a: Effort, b: Effort) -> Effort {
        Effort(faults: a.faults - b.faults, diskBytes: a.diskBytes - b.diskBytes)
    }

    /// `read_bytes` of proc(5).
    private static var readBytes: Int? {
        let file = open("/proc/self/io", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = read(file, &bytes, bytes.count)
        let lines = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
            .split(separator: "\n")
        return lines.first { $0.hasPrefix("read_bytes: ") }.flatMap { Int($0.dropFirst(12)) }
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
