import Glibc
import LMDBStore
import Synchronization

/// A file for what a program has promised, line by line.
package final class MarkFile: Sendable {
    private let file: Mutex<OutputFile>

    /// Makes it at a path where nothing is.
    package init(_ path: String) throws(StoreError) {
        file = Mutex(try OutputFile(creating: path))
    }

    /// The standard output.
    package init() {
        file = Mutex(OutputFile())
    }

    package func write(_ mark: Trace.Mark) throws(StoreError) {
        try write(mark.line)
    }

    func write(_ line: String) throws(StoreError) {
        try file.withLock { (file) throws(StoreError) in try file.write(Array(line.utf8)) }
    }
}

/// Lets what was printed be seen at once.
package func flushOutput() {
    fflush(nil)
}
