import PresentationLanguage

/// A signature line of a note (C2SP signed-note, "Signatures").
///
/// ```
/// — <key name> base64(uint32 key ID ‖ signature)
/// ```
package struct NoteSignature: Hashable, Sendable {
    package let name: NoteLine
    package let keyID: UInt32
    /// Not empty; what it holds depends on the key's type.
    package let bytes: [UInt8]

    init(of key: VerifierKey, bytes: [UInt8]) {
        name = key.name
        keyID = key.keyID
        self.bytes = bytes
    }

    private static let prefix = "\u{2014} "

    /// The line without its newline; nil if it is none.
    init?(line: some Collection<UInt8>) {
        guard line.starts(with: Self.prefix.utf8) else { return nil }
        let parts = line.dropFirst(Self.prefix.utf8.count).split(
            separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let name = NoteLine(parts[0]), name.isKeyName,
            let data = Base64.decode(parts[1]), data.count > 4
        else { return nil }
        self.name = name
        keyID = data.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        bytes = Array(data.dropFirst(4))
    }

    /// The line with its newline.
    package var line: String {
        var writer = Writer()
        writer.write(keyID)
        writer.write(bytes: bytes)
        return "\(Self.prefix)\(name) \(Base64.encode(writer.bytes))\n"
    }

    /// Signature lines alone, as a witness answers (C2SP tlog-witness); at least one.
    package static func parse(lines bytes: [UInt8]) throws(TextError) -> [NoteSignature] {
        var reader = try LineReader(bytes)
        return try read(from: &reader)
    }

    /// All lines that are left; at least one.
    static func read(from reader: inout LineReader) throws(TextError) -> [NoteSignature] {
        var signatures: [NoteSignature] = []
        repeat {
            guard signatures.count < SignedNote.signatureLimit else {
                throw reader.refusal("at most 100 signatures")
            }
            signatures.append(try reader.read("a signature") { NoteSignature(line: $0) })
        } while !reader.isAtEnd
        return signatures
    }
}

extension NoteSignature {
    /// Signature lines by themselves, as a witness answers (C2SP tlog-witness); nil if one is none.
    package static func lines(parsing bytes: [UInt8]) -> [NoteSignature]? {
        guard bytes.last == UInt8(ascii: "\n") else { return nil }
        let lines = bytes.dropLast().split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count <= SignedNote.signatureLimit else { return nil }
        let signatures = lines.compactMap { NoteSignature(line: $0) }
        return signatures.count == lines.count ? signatures : nil
    }
}
