import Foundation
import TestSupport
import Testing

@Suite struct ConformanceTests {
    private static let url = projectRoot.appending(path: "docs/conformance.md")

    /// With `WRITE_CONFORMANCE` the table is written, otherwise compared.
    @Test func theTableIsUpToDate() throws {
        let document = try Conformance().document()
        if ProcessInfo.processInfo.environment["WRITE_CONFORMANCE"] != nil {
            try document.write(to: Self.url, atomically: true, encoding: .utf8)
        }
        #expect(
            try String(contentsOf: Self.url, encoding: .utf8) == document,
            "run Tools/conformance")
    }

    /// The names of the notes are those of tests, and of what they are about.
    @Test func notesNameWhatExists() throws {
        let all = try SourceFile.all(in: "Sources", "Tests").map {
            $0.lines.joined(separator: "\n")
        }
        let files = Set(
            try SourceFile.all(in: "Sources", "Tests").map {
                $0.url.deletingPathExtension().lastPathComponent
            })
        let folders = Set(
            try FileManager.default.contentsOfDirectory(
                atPath: projectRoot.appending(path: "Sources").path))
        for (id, note) in ConformanceNotes.notes {
            for text in note.shown + [note.place] {
                for match in text.matches(of: /`([A-Za-z0-9+]+)(?:\.(\w+))?`/) {
                    let name = String(match.1)
                    #expect(
                        files.contains(name) || folders.contains(name)
                            || all.contains { $0.contains("\(name) ") || $0.contains("\(name):") },
                        "\(id) names \(name)")
                    if let function = match.2 {
                        #expect(all.contains { $0.contains(function) }, "\(id) names \(function)")
                    }
                }
            }
        }
    }
}
