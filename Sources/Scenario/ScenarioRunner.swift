import RuleBook

/// Runs scenarios, each on a store of its own.
package enum ScenarioRunner {
    /// Performs a scenario on a new store at a path where nothing is, which stays. `enforcement` is the
    /// hub's: all rules, but in tests of what each is for. Returns what the hub was asked.
    @discardableResult
    package static func run(
        _ file: ScenarioFile, storeAt path: String, _ enforcement: Enforcement = .complete,
        _ report: (ScenarioReport) throws -> Void
    ) async throws -> [RecordedRequest] {
        let stage = try await Stage(file, path: path, enforcement)
        try await stage.run(report)
        return stage.requests
    }
}
