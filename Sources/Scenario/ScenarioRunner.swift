import FoundationEssentials

/// Runs scenarios, each on a store of its own.
package enum ScenarioRunner {
    /// Performs a scenario on a new store at a path where nothing is, which stays.
    package static func run(
        _ file: ScenarioFile, storeAt path: String, _ report: (ScenarioReport) throws -> Void
    ) async throws {
        try await Stage(file, path: path).run(report)
    }
}
