import Foundation

/// Files that belong to this project.
package enum Fixtures {
    package static let directory = projectRoot.appending(path: "Tests/Fixtures")

    /// The project's own transcripts, in the order of their names.
    package static var transcripts: [URL] {
        get throws {
            try FileManager.default.contentsOfDirectory(
                at: directory.appending(path: "transcripts"), includingPropertiesForKeys: nil
            ).filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
        }
    }
}
