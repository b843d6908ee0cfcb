import Foundation
import TestSupport
import Testing
import Transcript

/// Groups that other implementations made, followed from outside.
@Suite(.enabled(if: SharedInputs.transcripts.exist, "\(SharedInputs.transcripts.reason)"))
struct SharedTranscriptTests {
    @Test func everyExpectationHolds() async throws {
        var accepted = 0
        var refused = 0
        for file in try SharedInputs.transcripts.files {
            for scenario in try TranscriptFile(json: Data(contentsOf: file)).scenarios {
                var run = ScenarioRun(scenario, now: Fixtures.now)
                var names = RoomNames()
                func check(_ report: StepReport) {
                    #expect(report.ok, "\(report.line)")
                    #expect(report.accepted == (report.rule == nil))
                    if report.accepted { accepted += 1 } else { refused += 1 }
                }
                try await run.start(naming: &names, then: check)
                while try await run.step(then: check) {}
            }
        }
        #expect(accepted > 0 && refused > 0)
    }
}
