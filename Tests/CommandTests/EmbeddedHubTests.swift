import Foundation
import TestSupport
import Testing

/// The example that embeds a hub by the public API alone, serving what three providers sent:
/// `hubstore scenario slides-three-providers.json --record FILE` wrote it.
@Suite struct EmbeddedHubTests {
    @Test func threeProviders() throws {
        let program = URL(filePath: Command.executable).deletingLastPathComponent()
            .appending(path: "embedded-hub").path
        let requests = Fixtures.directory.appending(path: "requests/three-providers.jsonl").path
        let run = try Command(shell: "\(program) \(requests)")
        #expect(run.status == 0)
        let lines = run.output.split(separator: "\n").map(String.init)
        #expect(lines.count == 17)
        #expect(lines.first == "create from a.example: 201")
        #expect(lines.dropFirst().prefix(12).allSatisfy { $0.hasSuffix(": 200") })
        #expect(lines.contains("b.example gets welcome, commit, message, proposal, commit"))
        #expect(lines.last == "6 records")
    }
}
