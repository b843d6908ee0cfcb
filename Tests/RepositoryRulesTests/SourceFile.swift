import Foundation
import TestSupport

/// A file of Swift source, by lines.
struct SourceFile {
    let url: URL
    let lines: [Substring]

    /// The path below the project's root.
    var path: String { String(url.path.dropFirst(projectRoot.path.count + 1)) }

    /// The Swift files below a directory of the project.
    static func all(in directories: String...) throws -> [SourceFile] {
        var files: [SourceFile] = []
        for directory in directories {
            let root = projectRoot.appending(path: directory)
            let paths = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
            for case let url as URL in paths! where url.pathExtension == "swift" {
                let text = try String(contentsOf: url, encoding: .utf8)
                files.append(
                    SourceFile(
                        url: url.standardizedFileURL,
                        lines: text.split(separator: "\n", omittingEmptySubsequences: false)))
            }
        }
        return files
    }

    /// The modules that the file imports.
    var imports: Set<String> {
        Set(
            lines.compactMap { line in
                let words = line.split(separator: " ")
                guard let place = words.firstIndex(of: "import"), place < 3,
                    !line.hasPrefix(" "), !line.hasPrefix("/"), place + 1 < words.count
                else { return nil }
                return String(words[place + 1])
            })
    }

    /// The functions, initializers and the like, with how many lines each has from its first to
    /// its closing brace. Relies on the formatting that the linter enforces.
    var functions: [(name: Substring, length: Int)] {
        var found: [(Substring, Int)] = []
        for (start, line) in lines.enumerated() {
            let text = line.drop { $0 == " " }
            // Modifiers and attributes, then the declaration itself.
            let declaration = /(@?\w+(\(\w+\))? )*(func |init\??[(<]|subscript[(<])/
            guard text.prefixMatch(of: declaration) != nil else { continue }
            let indent = line.count - text.count
            let closing = String(repeating: " ", count: indent) + "}"
            guard let end = lines[start...].firstIndex(where: { $0.hasPrefix(closing) }) else {
                continue
            }
            found.append((text.prefix(60), end - start + 1))
        }
        return found
    }
}
