import MLSCrypto

/// The head of a log at some size, as the text of a note (C2SP tlog-checkpoint).
///
/// ```
/// <origin>
/// <tree size, decimal>
/// <root, base64>
/// <extension lines, each not empty>
/// ```
///
/// The project's own logs write no extension lines. They are kept where they are read, so that a
/// checkpoint of any log has its one text again, which signatures and cosignatures are over.
package struct Checkpoint: Hashable, Sendable {
    /// The name of the log.
    package let origin: NoteLine
    package let head: TreeHead
    package let extensions: [NoteLine]

    package init(origin: NoteLine, head: TreeHead) {
        self.origin = origin
        self.head = head
        extensions = []
    }

    package init(parsing text: [UInt8]) throws(TextError) {
        var reader = try LineReader(text)
        try self.init(from: &reader)
    }

    /// All lines that are left.
    init(from reader: inout LineReader) throws(TextError) {
        origin = try reader.read("an origin") { NoteLine($0) }
        let size = try reader.read("a tree size", decimal)
        let root = try reader.read("a root hash") { Digest32(base64: $0) }
        head = TreeHead(size: size, root: root)
        var extensions: [NoteLine] = []
        while !reader.isAtEnd {
            extensions.append(try reader.read("an extension line") { NoteLine($0) })
        }
        self.extensions = extensions
    }

    package var text: [UInt8] {
        let lines = ["\(origin)", "\(head.size)", head.root.base64] + extensions.map(\.description)
        return lines.flatMap { Array("\($0)\n".utf8) }
    }
}

extension Digest32 {
    init?(base64 text: some Collection<UInt8>) {
        guard let bytes = Base64.decode(text) else { return nil }
        self.init(bytes)
    }

    package var base64: String { Base64.encode(bytes) }
}
