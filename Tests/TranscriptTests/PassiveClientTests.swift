import Foundation
import TestSupport
import Testing
import Transcript

/// The working group's passive clients: every epoch's authenticator, and the same GroupContext
/// outside.
@Suite(.enabled(if: SharedInputs.vectors.exist, "\(SharedInputs.vectors.reason)"))
struct PassiveClientTests {
    @Test(arguments: [
        "passive-client-welcome", "passive-client-handling-commit", "passive-client-random",
    ])
    func everyEpoch(_ name: String) throws {
        let file = SharedInputs.vectors.directory.appending(path: name + ".json")
        let clients = try PassiveClientFile(json: Data(contentsOf: file)).clients
        #expect(!clients.isEmpty)
        for (number, client) in clients.enumerated() {
            var run = PassiveClientRun(client, name: "\(name) \(number)")
            var reports = [run.start()]
            while let report = run.step() { reports.append(report) }
            #expect(reports.count == 1 + client.epochs.count)
            for report in reports {
                #expect(report.ok, "\(report.line)")
                #expect(report.isFollowedFromOutside, "\(report.line)")
            }
        }
        if name != "passive-client-random" {
            #expect(Set(clients.map(\.cipherSuite)).count == 7)
        }
    }
}
