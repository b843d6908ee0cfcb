/// A text signed by keys (C2SP signed-note). Whoever made it is not known before a signature was verified.
///
/// ```
/// <text, whose last line ends with a newline>
///
/// — <key name> base64(key ID ‖ signature)
/// …
/// ```
package struct SignedNote: Hashable, Sendable {
    /// More than any note needs; as Go's `sumdb/note`.
    package static let signatureLimit = 100

    /// With its last newline, without the empty line.
    package let text: [UInt8]
    package let signatures: [NoteSignature]

    init(text: [UInt8], signatures: [NoteSignature]) {
        self.text = text
        self.signatures = signatures
    }

    package init(parsing bytes: [UInt8]) throws(TextError) {
        var reader = try LineReader(bytes)
        try self.init(from: &reader)
    }

    /// All lines that are left.
    init(from reader: inout LineReader) throws(TextError) {
        text = try reader.readToLastEmptyLine("an empty line before the signatures")
        signatures = try NoteSignature.read(from: &reader)
    }

    package var encoded: [UInt8] {
        text + Array("\n".utf8) + signatures.flatMap { Array($0.line.utf8) }
    }

    /// Why a note is not taken as signed.
    package enum Refusal: Error, Hashable, Sendable {
        /// A signature says that it is of a known key, and is not.
        case invalidSignature(name: NoteLine, keyID: UInt32)
        /// No signature is of a known key.
        case unsigned
    }

    /// The signatures of known keys. Those of others say nothing and are passed over, but one bad
    /// signature of a known key spoils the note.
    package func signatures(
        by keys: [VerifierKey]
    ) throws(Refusal) -> [(key: VerifierKey, signature: NoteSignature)] {
        var found: [(key: VerifierKey, signature: NoteSignature)] = []
        for signature in signatures {
            let named = keys.filter { $0.isNamed(by: signature) }
            guard !named.isEmpty else { continue }
            guard let key = named.first(where: { $0.verifies(signature, of: text) }) else {
                throw .invalidSignature(name: signature.name, keyID: signature.keyID)
            }
            found.append((key, signature))
        }
        guard !found.isEmpty else { throw .unsigned }
        return found
    }
}
