import Foundation

/// Files that belong to this project.
package enum Fixtures {
    package static let directory = projectRoot.appending(path: "Tests/Fixtures")

    /// A time at which the key packages of the transcripts are valid, in milliseconds since the Unix
    /// epoch.
    package static let now: UInt64 = 1_795_475_620_000

    /// The project's own transcripts, in the order of their names.
    package static var transcripts: [URL] {
        get throws {
            try FileManager.default.contentsOfDirectory(
                at: directory.appending(path: "transcripts"), includingPropertiesForKeys: nil
            ).filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
        }
    }
}
