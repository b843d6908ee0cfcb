import FoundationEssentials

/// A directory for files that go.
package struct WorkDirectory: Sendable {
    package let path: String

    /// Makes it, empty.
    package init(_ path: String) throws {
        self.path = path
        try clear()
    }

    package func clear() throws {
        try remove()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    package func remove() throws {
        if FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
    }
}
