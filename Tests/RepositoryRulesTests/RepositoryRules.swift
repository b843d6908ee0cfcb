import Foundation
import RuleBook
import TestSupport
import Testing

/// What the sources must keep to, beyond what compiler and linter see.
@Suite struct RepositoryRules {
    @Test func filesAreShort() throws {
        for file in try SourceFile.all(in: "Sources", "Tests", "Tools") {
            #expect(file.lines.count <= 400, "\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test func functionsAreShort() throws {
        let files = try SourceFile.all(in: "Sources", "Tests", "Tools")
        #expect(files.flatMap(\.functions).count > 500)
        for file in files {
            for function in file.functions {
                #expect(function.length <= 70, "\(file.path): \(function)")
            }
        }
    }

    @Test func nothingIsLeftOver() throws {
        // Written in two parts, so that this file does not hold them.
        let markers = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "unimplem" + "ented"]
        for file in try SourceFile.all(in: "Sources", "Tests", "Tools") {
            for line in file.lines {
                let words = line.split { !$0.isLetter }
                let marker = markers.first { marker in words.contains { $0 == marker } }
                #expect(marker == nil, "\(file.path): \(line)")
            }
        }
    }

    @Test func everyRuleIsDocumented() throws {
        let document = try text("docs/rules.md")
        for rule in Rule.mls + Rule.policy + Rule.order + Rule.endpoint {
            #expect(document.contains("| \(rule) |"), "docs/rules.md does not list \(rule)")
        }
    }

    @Test func documentsNameFilesThatExist() throws {
        for document in [
            "README.md", "docs/architecture.md", "docs/disk-format.md", "docs/threat-model.md",
        ] {
            for match in try text(document).matches(of: /\]\(([^)#:]+)\)/) {
                let file = projectRoot.appending(path: document).deletingLastPathComponent()
                    .appending(path: String(match.1))
                #expect(
                    FileManager.default.fileExists(atPath: file.path),
                    "\(document) names \(match.1)")
            }
        }
    }

    // MARK: Layers

    /// The table of `docs/architecture.md`: target and what it may import, in its order.
    private func layers() throws -> [(target: String, imports: Set<String>)] {
        try text("docs/architecture.md").split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 6, cells[2].hasPrefix("`") else { return nil }
            let names = cells[3].matches(of: /`(\w+)`/).map { String($0.1) }
            return (cells[2].replacing("`", with: ""), Set(names))
        }
    }

    @Test func importsFollowTheLayers() throws {
        let layers = try layers()
        let order = layers.map(\.target)
        #expect(order.count > 10)
        for (place, layer) in layers.enumerated() {
            let above = Set(order.prefix(place))
            #expect(
                layer.imports.isSubset(of: above),
                "\(layer.target) imports what does not stand above it")
            let directory =
                layer.target == "hubstore" ? "Tools/hubstore" : "Sources/\(layer.target)"
            let files = try SourceFile.all(in: directory)
            let imported = files.reduce(into: Set<String>()) { $0.formUnion($1.imports) }
            #expect(
                imported.intersection(order) == layer.imports,
                "\(layer.target): docs/architecture.md and the sources differ")
        }
    }

    @Test func everyTargetHasALayer() throws {
        let directories = try FileManager.default.contentsOfDirectory(
            atPath: projectRoot.appending(path: "Sources").path)
        #expect(Set(directories).isSubset(of: try layers().map(\.target)))
    }

    @Test func onlyTheseImportMoreThanTheStandardLibrary() throws {
        let order = Set(try layers().map(\.target))
        let allowed: [String: Set<String>] = [
            "SnapshotExport": ["FoundationEssentials"], "Transcript": ["FoundationEssentials"],
            "LMDBStore": ["Glibc", "Synchronization"], "MLSCrypto": ["Synchronization"],
            "MLSMember": ["Synchronization"], "HubStore": ["Glibc", "Synchronization"],
            "Scenario": ["FoundationEssentials", "Synchronization"],
            "EmbeddedHub": ["Foundation"], "EventLog": ["Synchronization"],
            "RoomState": ["Synchronization"], "RoomLog": ["Synchronization"],
            "LogAudit": ["FoundationEssentials", "Synchronization"],
            "LogOperations": ["FoundationEssentials"],
            "HubSimulator": ["FoundationEssentials", "Synchronization"],
            "StoreMeasurement": ["Dispatch", "Glibc", "Synchronization"],
            "StoreRig": ["FoundationEssentials", "Glibc", "Synchronization"],
        ]
        for target in order.subtracting(["hubstore"]) {
            for file in try SourceFile.all(in: "Sources/\(target)") {
                let foreign = file.imports.subtracting(order).subtracting(allowed[target] ?? [])
                #expect(foreign.isEmpty, "\(file.path) imports \(foreign)")
            }
        }
    }

    @Test func onlyTheHubIsPublic() throws {
        for target in try layers().map(\.target) where !["HubStore", "hubstore"].contains(target) {
            for file in try SourceFile.all(in: "Sources/\(target)") {
                let declaration = file.lines.first { $0.drop { $0 == " " }.hasPrefix("public ") }
                #expect(declaration == nil, "\(file.path): \(declaration ?? "")")
            }
        }
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOf: projectRoot.appending(path: path), encoding: .utf8)
    }
}
