import Foundation

/// Inputs that others made and that are not part of this project: they are used where they exist,
/// and tests that need them say SKIPPED where they don't.
package struct SharedInputs: Sendable {
    package let directory: URL
    /// What a skipped test says.
    package let reason: String

    /// The MLS working group's test vectors.
    package static let vectors = SharedInputs(variable: "MLS_VECTORS", defaultName: "vectors")
    /// Transcripts of other implementations.
    package static let transcripts = SharedInputs(
        variable: "TRANSCRIPTS", defaultName: "transcripts")

    private init(variable: String, defaultName: String) {
        let given = ProcessInfo.processInfo.environment[variable]
        directory =
            given.map { URL(filePath: $0) }
            ?? projectRoot.appending(path: "../shared/\(defaultName)").standardized
        reason = "SKIPPED: \(directory.path) does not exist; set \(variable)"
    }

    package var exist: Bool { FileManager.default.fileExists(atPath: directory.path) }

    /// The content of a JSON file.
    package func load<T: Decodable>(_ name: String, as type: T.Type = T.self) throws -> T {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(
            T.self, from: Data(contentsOf: directory.appending(path: name + ".json")))
    }

    /// The JSON files, in the order of their names.
    package var files: [URL] {
        get throws {
            try FileManager.default.contentsOfDirectory(
                at: directory, includingPropertiesForKeys: nil
            ).filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
        }
    }
}

/// The directory of `Package.swift`.
package let projectRoot = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
